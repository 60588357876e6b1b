package ai.celune.audit;

import ai.celune.crypto.Envelopes;
import ai.celune.security.Actor;
import ai.celune.security.CurrentRequest;
import ai.celune.tenancy.Scope;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agroal.api.AgroalDataSource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Records facts in the transaction of the change they describe: both commit or neither does (G3). */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
public class AuditLog {
    /** Until the end of an action is surely stored; also for clocks of replicas that differ. */
    private static final Duration GRACE = Duration.ofMinutes(2);

    private final AgroalDataSource dataSource;
    private final Scope scope;
    private final CurrentRequest request;
    private final Envelopes envelopes;
    private final ObjectMapper json;
    private final Clock clock;

    AuditLog(
            AgroalDataSource dataSource,
            Scope scope,
            CurrentRequest request,
            Envelopes envelopes,
            ObjectMapper json,
            Clock clock) {
        this.dataSource = dataSource;
        this.scope = scope;
        this.request = request;
        this.envelopes = envelopes;
        this.json = json;
        this.clock = clock;
    }

    /** A fact of the transaction's workspace, done by the caller of the current request. */
    public void record(AuditEvent fact) {
        record(workspace(), Origin.of(request.actor(), request.facts()), fact);
    }

    /** A fact done by somebody whom the request has only just identified. */
    public void recordAs(Actor.Ref actor, Actor.@Nullable Ref credential, AuditEvent fact) {
        record(workspace(), new Origin(actor, credential, request.facts()), fact);
    }

    /** A fact of the transaction's workspace from a place that has no current request. */
    public void recordFrom(Origin origin, AuditEvent fact) {
        record(workspace(), origin, fact);
    }

    /**
     * The beginning of an action. Its end is told by {@link AuditQueue#end}; when that never comes, {@link OpenActions} gives it out.
     *
     * @param action names the action in both
     * @param longest after which the action has ended, whatever happens to it
     */
    public void recordBeginning(Origin origin, AuditEvent fact, UUID action, Duration longest) {
        Instant endsBy = clock.instant().plus(longest).plus(GRACE);
        insert(
                AuditEntry.INSERT_OPEN,
                entry(workspace(), origin, fact),
                (entry, row) -> entry.bind(row, action, endsBy));
    }

    /** A fact of the operator log, which belongs to no workspace. */
    public void recordForOperators(AuditEvent fact) {
        record(Scope.NOBODY, Origin.of(request.actor(), request.facts()), fact);
    }

    private static UUID workspace() {
        UUID bound = Scope.current().workspaceId();
        return bound == null ? Scope.NOBODY : bound;
    }

    private void record(UUID workspace, Origin origin, AuditEvent fact) {
        insert(AuditEntry.INSERT, entry(workspace, origin, fact), AuditEntry::bind);
    }

    private AuditEntry entry(UUID workspace, Origin origin, AuditEvent fact) {
        return AuditEntry.of(workspace, origin, fact, scope.recordedAt(), clock.instant(), json, envelopes);
    }

    private interface Binder {
        void bind(AuditEntry entry, PreparedStatement statement) throws SQLException;
    }

    private void insert(String sql, AuditEntry entry, Binder binder) {
        try (var connection = dataSource.getConnection();
                var statement = connection.prepareStatement(sql)) {
            binder.bind(entry, statement);
            statement.executeUpdate();
        } catch (SQLException e) {
            throw new NotRecordedException(e);
        }
    }
}
