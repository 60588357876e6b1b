package ai.celune.audit;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads the facts out of an event record; one instance per record class. */
final class EventSchema {
    private static final ClassValue<EventSchema> SCHEMAS = new ClassValue<>() {
        @Override
        protected EventSchema computeValue(Class<?> type) {
            return new EventSchema(type);
        }
    };
    private static final Set<String> FIXED = Set.of("target", "reason", "outcome");

    private final Event event;
    private final List<RecordComponent> components;

    private EventSchema(Class<?> type) {
        Event declared = type.getAnnotation(Event.class);
        if (declared == null || !type.isRecord()) {
            throw new IllegalArgumentException(type + " is no event record");
        }
        event = declared;
        components = Arrays.asList(type.getRecordComponents());
        components.forEach(component -> component.getAccessor().setAccessible(true));
    }

    static EventSchema of(AuditEvent event) {
        return SCHEMAS.get(event.getClass());
    }

    String action() {
        return event.value();
    }

    String targetType() {
        return event.target();
    }

    Outcome outcome(AuditEvent fact) {
        return components.stream()
                .filter(component -> component.getName().equals("outcome"))
                .map(component -> (Outcome) read(component, fact))
                .findFirst()
                .orElse(event.outcome());
    }

    /** Allow-listed details in canonical JSON types; null values are left out. */
    Map<String, Object> details(AuditEvent fact) {
        return values(fact, false);
    }

    /** Personal values, for the sealed side table. */
    Map<String, Object> personal(AuditEvent fact) {
        return values(fact, true);
    }

    private Map<String, Object> values(AuditEvent fact, boolean personal) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (RecordComponent component : components) {
            if (FIXED.contains(component.getName()) || component.isAnnotationPresent(Personal.class) != personal) {
                continue;
            }
            Object value = read(component, fact);
            if (value != null) {
                values.put(component.getName(), plain(value));
            }
        }
        return values;
    }

    private static @Nullable Object read(RecordComponent component, AuditEvent fact) {
        try {
            return component.getAccessor().invoke(fact);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object plain(Object value) {
        return switch (value) {
            case String text -> text;
            case Boolean flag -> flag;
            case Integer number -> number;
            case Long number -> number;
            case UUID id -> id.toString();
            case Instant instant -> instant.toString();
            case Enum<?> constant -> constant.name().toLowerCase(Locale.ROOT);
            case Collection<?> list -> list.stream().map(EventSchema::plain).toList();
            default -> throw new IllegalArgumentException(value.getClass() + " cannot stand in an audit entry");
        };
    }
}
