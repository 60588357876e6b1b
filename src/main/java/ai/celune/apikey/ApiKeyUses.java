package ai.celune.apikey;

import ai.celune.audit.AuditLog;
import ai.celune.audit.Origin;
import ai.celune.crypto.Envelopes;
import ai.celune.crypto.Secret;
import ai.celune.crypto.SecretIntegrityException;
import ai.celune.security.Actor;
import ai.celune.tenancy.Scope;
import io.agroal.api.AgroalDataSource;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceException;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Counts of calls on their way to the audit log. A row says how many calls there were and of how many the log tells; whoever raises the second number
 * records the difference, so that nobody tells of a call twice.
 */
@ApplicationScoped
class ApiKeyUses {
    private static final Logger LOG = Logger.getLogger(ApiKeyUses.class);

    /** Who counts tells a minute within seconds of its end. */
    private static final Duration LEFT_BEHIND = Duration.ofMinutes(3);

    private static final Duration KEPT = Duration.ofDays(1);
    private static final int AT_ONCE = 500;

    private final AgroalDataSource dataSource;
    private final EntityManager entities;
    private final Envelopes envelopes;
    private final AuditLog audit;
    private final Scope scope;
    private final Clock clock;

    ApiKeyUses(
            AgroalDataSource dataSource,
            EntityManager entities,
            Envelopes envelopes,
            AuditLog audit,
            Scope scope,
            Clock clock) {
        this.dataSource = dataSource;
        this.entities = entities;
        this.envelopes = envelopes;
        this.audit = audit;
        this.scope = scope;
        this.clock = clock;
    }

    /** Brings rows of one workspace up to date, and the totals of their keys by the difference: doing it twice counts nothing twice. */
    void store(List<KeyCount> counts) {
        // In one order, because somebody else may be changing some of the same keys.
        List<KeyCount> sorted = counts.stream()
                .sorted(Comparator.comparing(count -> count.key().id()))
                .toList();
        scope.asWorkspace(counts.getFirst().workspace(), () -> {
            try (var connection = dataSource.getConnection();
                    var begin = connection.prepareStatement(
                            "insert into api_key_use (id, workspace_id, api_key_id,"
                                    + " calls, first_at, last_at, addresses) values (?, ?, ?, 0, ?, ?, ?) on conflict do nothing");
                    var add =
                            connection.prepareStatement("with before as (select id, calls from api_key_use where id = ?"
                                    + " for update), now as (update api_key_use u set calls = ?, first_at = ?, last_at = ?,"
                                    + " addresses = ? from before where u.id = before.id returning before.calls)"
                                    + " update api_key k set use_count = use_count + ? - now.calls,"
                                    + " last_used_at = greatest(last_used_at, ?) from now where k.id = ?")) {
                for (KeyCount count : sorted) {
                    OffsetDateTime first = count.first().atOffset(ZoneOffset.UTC);
                    OffsetDateTime last = count.last().atOffset(ZoneOffset.UTC);
                    byte[] addresses = envelopes.seal(
                            count.binding(),
                            String.join("\n", count.addresses()).getBytes(StandardCharsets.UTF_8));
                    bind(begin, count.id(), count.workspace(), count.key().id(), first, last, addresses);
                    bind(
                            add,
                            count.id(),
                            count.calls(),
                            first,
                            last,
                            addresses,
                            count.calls(),
                            last,
                            count.key().id());
                }
                begin.executeBatch();
                return add.executeBatch();
            } catch (SQLException e) {
                throw new PersistenceException(e);
            }
        });
    }

    private static void bind(PreparedStatement statement, Object... values) throws SQLException {
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        statement.addBatch();
    }

    /** Tells the log of counts of one workspace that are stored whole. */
    void tell(List<KeyCount> counts) {
        Map<UUID, KeyCount> byId = counts.stream().collect(Collectors.toMap(KeyCount::id, Function.identity()));
        scope.asWorkspace(counts.getFirst().workspace(), () -> {
            List<?> rows = entities.createNativeQuery("with due as (select id, told from api_key_use where id in :ids"
                            + " and told < calls for update) update api_key_use u set told = u.calls from due"
                            + " where u.id = due.id returning u.id, u.calls - due.told")
                    .setParameter("ids", byId.keySet())
                    .getResultList();
            for (Object row : rows) {
                Object[] due = (Object[]) row;
                KeyCount count = Objects.requireNonNull(byId.get((UUID) due[0]));
                record(count, ((Number) due[1]).longValue(), false, count.addresses());
            }
            return rows;
        });
    }

    private void record(KeyCount count, long calls, boolean lowerBound, @Nullable Set<String> addresses) {
        audit.recordFrom(
                new Origin(count.principal(), count.key(), null),
                new ApiKeyEvents.UsageCounted(
                        count.key().id(),
                        calls,
                        count.first(),
                        count.last(),
                        lowerBound,
                        addresses == null ? null : addresses.stream().sorted().toList()));
    }

    /** Tells of counts whose process went down; they lack its last second at most. */
    @Scheduled(every = "1m", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void tellLeftBehind() {
        Instant now = clock.instant();
        for (UUID workspace : scope.asPlatform(() -> workspaces(now))) {
            scope.asWorkspaceStepwise(
                    workspace, "uses of API keys", () -> tellSome(workspace, now.minus(LEFT_BEHIND)) == AT_ONCE);
        }
    }

    /** Workspaces with something to tell; what was told long ago goes. */
    private List<UUID> workspaces(Instant now) {
        entities.createNativeQuery("delete from api_key_use where told = calls and last_at < :old")
                .setParameter("old", now.minus(KEPT))
                .executeUpdate();
        List<?> found = entities.createNativeQuery(
                        "select distinct workspace_id from api_key_use where told < calls and last_at < :before")
                .setParameter("before", now.minus(LEFT_BEHIND))
                .getResultList();
        return found.stream().map(UUID.class::cast).toList();
    }

    private int tellSome(UUID workspace, Instant before) {
        try (var connection = dataSource.getConnection();
                var statement = connection.prepareStatement("with due as (select id, told from api_key_use"
                        + " where told < calls and last_at < ? order by last_at limit " + AT_ONCE
                        + " for update skip locked) update api_key_use u set told = u.calls from due, api_key k"
                        + " where u.id = due.id and k.id = u.api_key_id returning u.id, k.id, k.user_id,"
                        + " k.service_account_id, u.calls - due.told, u.first_at, u.last_at, u.addresses")) {
            statement.setObject(1, before.atOffset(ZoneOffset.UTC));
            int told = 0;
            try (var row = statement.executeQuery()) {
                for (; row.next(); told++) {
                    KeyCount count = count(workspace, row);
                    record(count, count.calls(), true, addresses(count, row.getBytes(8)));
                }
            }
            return told;
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
    }

    private static KeyCount count(UUID workspace, ResultSet row) throws SQLException {
        return new KeyCount(
                row.getObject(1, UUID.class),
                workspace,
                Actor.Ref.apiKey(row.getObject(2, UUID.class)),
                Actor.Ref.principal(row.getObject(3, UUID.class), row.getObject(4, UUID.class)),
                row.getLong(5),
                row.getObject(6, OffsetDateTime.class).toInstant(),
                row.getObject(7, OffsetDateTime.class).toInstant(),
                Set.of());
    }

    private @Nullable Set<String> addresses(KeyCount count, byte[] sealed) {
        try (Secret opened = envelopes.open(count.binding(), sealed)) {
            return Set.of(new String(opened.bytes(), StandardCharsets.UTF_8).split("\n"));
        } catch (SecretIntegrityException e) {
            LOG.warnf(
                    "the addresses of a count of API key %s cannot be opened",
                    count.key().id());
            return null;
        }
    }
}
