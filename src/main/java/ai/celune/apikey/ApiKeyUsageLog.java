package ai.celune.apikey;

import ai.celune.audit.AuditLog;
import ai.celune.audit.Origin;
import ai.celune.security.Actor;
import ai.celune.tenancy.Scope;
import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.PersistenceException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Tells the audit log once a minute how often each key was used. The numbers wait in the key's row, so that a crash loses none. */
@ApplicationScoped
class ApiKeyUsageLog {
    private static final int AT_ONCE = 500;

    private final AgroalDataSource dataSource;
    private final AgroalDataSource authn;
    private final AuditLog audit;
    private final Scope scope;
    private final Clock clock;

    ApiKeyUsageLog(
            AgroalDataSource dataSource,
            @DataSource("authn") AgroalDataSource authn,
            AuditLog audit,
            Scope scope,
            Clock clock) {
        this.dataSource = dataSource;
        this.authn = authn;
        this.audit = audit;
        this.scope = scope;
        this.clock = clock;
    }

    private record Due(UUID key, UUID workspace, Actor.Ref principal) {}

    @Scheduled(every = "5s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void tell() {
        for (Due due : due()) {
            scope.asWorkspace(due.workspace, () -> tell(due));
        }
    }

    /** Keys whose uncounted calls began before this minute. */
    private List<Due> due() {
        List<Due> due = new ArrayList<>();
        try (var connection = authn.getConnection();
                var statement = connection.prepareStatement("select id, workspace_id, user_id, service_account_id"
                        + " from api_key where uncounted > 0 and uncounted_since < ? order by uncounted_since limit "
                        + AT_ONCE)) {
            statement.setObject(
                    1, clock.instant().truncatedTo(ChronoUnit.MINUTES).atOffset(ZoneOffset.UTC));
            try (var row = statement.executeQuery()) {
                while (row.next()) {
                    UUID person = row.getObject(3, UUID.class);
                    due.add(new Due(
                            row.getObject(1, UUID.class),
                            row.getObject(2, UUID.class),
                            person == null
                                    ? Actor.Ref.serviceAccount(row.getObject(4, UUID.class))
                                    : Actor.Ref.user(person)));
                }
            }
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
        return due;
    }

    private UUID tell(Due due) {
        try (var connection = dataSource.getConnection();
                var statement = connection.prepareStatement("with before as (select id, uncounted, uncounted_since,"
                        + " last_used_at from api_key where id = ? and uncounted > 0 for update)"
                        + " update api_key k set uncounted = 0, uncounted_since = null from before where k.id = before.id"
                        + " returning before.uncounted, before.uncounted_since, before.last_used_at")) {
            statement.setObject(1, due.key);
            try (var row = statement.executeQuery()) {
                if (row.next()) {
                    audit.recordFrom(
                            new Origin(due.principal, Actor.Ref.apiKey(due.key), null),
                            new ApiKeyEvents.UsageCounted(
                                    due.key,
                                    row.getLong(1),
                                    row.getObject(2, OffsetDateTime.class).toInstant(),
                                    row.getObject(3, OffsetDateTime.class).toInstant()));
                }
            }
            return due.key;
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
    }
}
