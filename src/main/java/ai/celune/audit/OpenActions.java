package ai.celune.audit;

import ai.celune.security.Actor;
import ai.celune.tenancy.Scope;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Actions that began and whose end did not come in time, because the process that ran them is gone. */
@ApplicationScoped
public class OpenActions {
    private static final int AT_ONCE = 100;

    private final EntityManager entities;
    private final Scope scope;
    private final ObjectMapper json;
    private final Clock clock;

    OpenActions(EntityManager entities, Scope scope, ObjectMapper json, Clock clock) {
        this.entities = entities;
        this.scope = scope;
        this.json = json;
        this.clock = clock;
    }

    /**
     * An action without an end.
     *
     * @param id as it was given when the action began
     * @param origin of its beginning, as far as the entry tells it in the open
     * @param began what the log says of its beginning
     */
    public record Overdue(UUID id, Origin origin, String began, String target) {}

    /** Workspaces with overdue actions. */
    public List<UUID> workspaces() {
        List<?> found = scope.asPlatform(
                () -> entities.createNativeQuery("select distinct workspace_id from audit_open where ends_by < :now")
                        .setParameter("now", clock.instant())
                        .getResultList());
        return found.stream().map(UUID.class::cast).toList();
    }

    /**
     * Takes some overdue actions of the transaction's workspace; the caller records their ends in the same transaction. What another replica is taking
     * is left to it.
     */
    @Transactional(Transactional.TxType.MANDATORY)
    public List<Overdue> take() {
        List<?> rows = entities.createNativeQuery("with due as (select id from audit_open where ends_by < :now"
                        + " and workspace_id = app_workspace_id() order by ends_by limit " + AT_ONCE
                        + " for update skip locked),"
                        + " taken as (delete from audit_open o using due where o.id = due.id returning o.id, o.event_id)"
                        + " select taken.id, e.bytes from taken join audit_event e on e.id = taken.event_id")
                .setParameter("now", clock.instant())
                .getResultList();
        return rows.stream().map(row -> overdue((Object[]) row)).toList();
    }

    private Overdue overdue(Object[] row) {
        try {
            AuditEventView beginning = json.readValue((byte[]) row[1], AuditEventView.class);
            return new Overdue(
                    (UUID) row[0],
                    new Origin(ref(beginning.actor()), ref(beginning.credential()), null),
                    beginning.action(),
                    Objects.requireNonNull(beginning.target()).id());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Actor.@Nullable Ref ref(AuditEventView.@Nullable Ref ref) {
        return ref == null ? null : new Actor.Ref(ref.type(), UUID.fromString(ref.id()));
    }
}
