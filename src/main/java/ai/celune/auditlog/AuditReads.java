package ai.celune.auditlog;

import ai.celune.audit.AuditEvent;
import ai.celune.audit.AuditEventView;
import ai.celune.audit.AuditLog;
import ai.celune.audit.Event;
import ai.celune.tenancy.Scope;
import ai.celune.web.NotFound;
import ai.celune.web.Page;
import ai.celune.web.Problem;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import jakarta.transaction.Transactional;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads the log, newest first. Reading it is an event of its own. */
@ApplicationScoped
class AuditReads {
    private final EntityManager entities;
    private final AuditLog audit;
    private final Scope scope;
    private final ObjectMapper json;

    AuditReads(EntityManager entities, AuditLog audit, Scope scope, ObjectMapper json) {
        this.entities = entities;
        this.audit = audit;
        this.scope = scope;
        this.json = json;
    }

    /** The log was read; {@code filters} names the fields that were filtered by, never their values. */
    @Event(value = "audit.read", target = "log")
    @RegisterForReflection
    record Read(String target, int count, List<String> filters) implements AuditEvent {}

    @Transactional
    Page<AuditEventView> list(AuditFilter filter, @Nullable String cursor, int limit) {
        Page<AuditEventView> page = page(Scope.current().workspaceId(), filter, cursor, limit);
        audit.record(new Read("workspace", page.items().size(), names(filter)));
        return page;
    }

    Page<AuditEventView> listForOperators(AuditFilter filter, @Nullable String cursor, int limit) {
        return scope.asPlatform(() -> {
            Page<AuditEventView> page = page(Scope.NOBODY, filter, cursor, limit);
            audit.recordForOperators(new Read("operators", page.items().size(), names(filter)));
            return page;
        });
    }

    @Transactional
    AuditEventView get(UUID id) {
        List<?> rows = entities.createNativeQuery(
                        "select bytes from audit_event where id = :id and workspace_id = app_workspace_id()")
                .setParameter("id", id)
                .getResultList();
        if (rows.isEmpty()) {
            throw new NotFound();
        }
        audit.record(new Read("workspace", 1, List.of("id")));
        return parse((byte[]) rows.getFirst());
    }

    private Page<AuditEventView> page(
            @Nullable UUID workspace, AuditFilter filter, @Nullable String cursor, int limit) {
        Map<String, Object> parameters = new LinkedHashMap<>();
        List<String> conditions = new ArrayList<>(List.of("workspace_id = :workspace"));
        parameters.put("workspace", workspace == null ? Scope.NOBODY : workspace);
        add(conditions, parameters, "actor_id = :actor", "actor", filter.actor());
        add(conditions, parameters, "starts_with(action, :action)", "action", filter.action());
        add(conditions, parameters, "target_id = :target", "target", filter.target());
        add(conditions, parameters, "recorded_at >= :from", "from", filter.from());
        add(conditions, parameters, "recorded_at < :to", "to", filter.to());
        add(conditions, parameters, "outcome = :outcome", "outcome", filter.outcome());
        if (cursor != null) {
            Position position = Position.of(cursor);
            conditions.add("(recorded_at, id) < (:at, :id)");
            parameters.put("at", position.recordedAt);
            parameters.put("id", position.id);
        }
        Query query = entities.createNativeQuery("select recorded_at, id, bytes from audit_event where "
                + String.join(" and ", conditions) + " order by recorded_at desc, id desc");
        parameters.forEach(query::setParameter);
        List<?> rows = query.setMaxResults(limit + 1).getResultList();
        List<AuditEventView> items = rows.stream()
                .limit(limit)
                .map(row -> parse((byte[]) ((Object[]) row)[2]))
                .toList();
        String next = null;
        if (rows.size() > limit) {
            Object[] last = (Object[]) rows.get(limit - 1);
            next = new Position((Instant) last[0], (UUID) last[1]).cursor();
        }
        return new Page<>(items, next);
    }

    private static void add(
            List<String> conditions,
            Map<String, Object> parameters,
            String condition,
            String name,
            @Nullable Object value) {
        if (value != null) {
            conditions.add(condition);
            parameters.put(name, value);
        }
    }

    private static List<String> names(AuditFilter filter) {
        List<String> names = new ArrayList<>();
        for (var component : AuditFilter.class.getRecordComponents()) {
            try {
                if (component.getAccessor().invoke(filter) != null) {
                    names.add(component.getName());
                }
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
        return names;
    }

    private AuditEventView parse(byte[] bytes) {
        try {
            return json.readValue(bytes, AuditEventView.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where a page ends: time in microseconds, then id. */
    record Position(Instant recordedAt, UUID id) {
        static Position of(String cursor) {
            try {
                byte[] bytes = Base64.getUrlDecoder().decode(cursor);
                if (bytes.length == 24) {
                    ByteBuffer buffer = ByteBuffer.wrap(bytes);
                    long micros = buffer.getLong();
                    Position position = new Position(
                            Instant.EPOCH.plus(micros, ChronoUnit.MICROS),
                            new UUID(buffer.getLong(), buffer.getLong()));
                    // Nothing was recorded at a time that PostgreSQL cannot express; and a cursor has one spelling.
                    if (micros >= 0 && position.cursor().equals(cursor)) {
                        return position;
                    }
                }
            } catch (IllegalArgumentException e) {
                // Not base64: refused below like any other cursor that is not ours.
            }
            throw Problem.invalid("cursor", "invalid_cursor", "is not a cursor of this list");
        }

        String cursor() {
            ByteBuffer bytes = ByteBuffer.allocate(24)
                    .putLong(ChronoUnit.MICROS.between(Instant.EPOCH, recordedAt))
                    .putLong(id.getMostSignificantBits())
                    .putLong(id.getLeastSignificantBits());
            return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
        }
    }
}
