package ai.celune.apikey;

import ai.celune.audit.AuditLog;
import ai.celune.audit.Origin;
import ai.celune.crypto.Binding;
import ai.celune.crypto.Envelopes;
import ai.celune.crypto.Secret;
import ai.celune.crypto.SecretIntegrityException;
import ai.celune.security.Actor;
import ai.celune.tenancy.Ids;
import ai.celune.tenancy.Scope;
import io.agroal.api.AgroalDataSource;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Counts of calls on their way to the audit log: a row each, until the log tells of them. */
@ApplicationScoped
class ApiKeyUses {
    private static final Logger LOG = Logger.getLogger(ApiKeyUses.class);

    /** Who counts tells a minute within seconds of its end. */
    private static final Duration LEFT_BEHIND = Duration.ofMinutes(3);

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

    /**
     * Calls of one key in one minute.
     *
     * @param addresses where they came from: the first {@value #MOST_ADDRESSES}, then {@value #MORE} for all others
     */
    record Count(
            UUID id,
            UUID workspace,
            Actor.Ref key,
            Actor.Ref principal,
            long calls,
            Instant first,
            Instant last,
            Set<String> addresses) {
        static final int MOST_ADDRESSES = 100;
        static final String MORE = "more";

        static Count first(Actor actor, Instant at, String address) {
            return new Count(
                    Ids.next(), actor.workspace(), actor.credential(), actor.principal(), 1, at, at, Set.of(address));
        }

        Count plus(Instant at, String address) {
            return new Count(
                    id, workspace, key, principal, calls + 1, first, at.isAfter(last) ? at : last, with(address));
        }

        private Set<String> with(String address) {
            if (addresses.contains(address) || addresses.contains(MORE)) {
                return addresses;
            }
            Set<String> all = new TreeSet<>(addresses);
            all.add(addresses.size() < MOST_ADDRESSES ? address : MORE);
            return Set.copyOf(all);
        }

        private Binding binding() {
            return new Binding(workspace, id, "api-key-use", 1);
        }
    }

    /**
     * Brings rows of one workspace up to date, and the totals of their keys by the difference; doing it twice counts nothing twice. A row that is gone was
     * told by somebody else, as a lower bound.
     *
     * @param begun counts that have a row
     */
    void store(List<Count> counts, Set<UUID> begun) {
        scope.asWorkspace(counts.getFirst().workspace(), () -> {
            try (var connection = dataSource.getConnection();
                    var begin = connection.prepareStatement(
                            "insert into api_key_use (id, workspace_id, api_key_id,"
                                    + " calls, first_at, last_at, addresses) values (?, ?, ?, 0, ?, ?, ?) on conflict do nothing");
                    var add =
                            connection.prepareStatement("with before as (select id, calls from api_key_use where id = ?"
                                    + " for update), now as (update api_key_use u set calls = ?, last_at = ?, addresses = ?"
                                    + " from before where u.id = before.id returning before.calls)"
                                    + " update api_key k set use_count = use_count + ? - now.calls,"
                                    + " last_used_at = greatest(last_used_at, ?) from now where k.id = ?")) {
                for (Count count : counts) {
                    byte[] addresses = envelopes.seal(
                            count.binding(), String.join("\n", count.addresses).getBytes(StandardCharsets.UTF_8));
                    if (!begun.contains(count.id)) {
                        begin.setObject(1, count.id);
                        begin.setObject(2, count.workspace);
                        begin.setObject(3, count.key.id());
                        begin.setObject(4, count.first.atOffset(ZoneOffset.UTC));
                        begin.setObject(5, count.last.atOffset(ZoneOffset.UTC));
                        begin.setBytes(6, addresses);
                        begin.addBatch();
                    }
                    add.setObject(1, count.id);
                    add.setLong(2, count.calls);
                    add.setObject(3, count.last.atOffset(ZoneOffset.UTC));
                    add.setBytes(4, addresses);
                    add.setLong(5, count.calls);
                    add.setObject(6, count.last.atOffset(ZoneOffset.UTC));
                    add.setObject(7, count.key.id());
                    add.addBatch();
                }
                begin.executeBatch();
                return add.executeBatch();
            } catch (SQLException e) {
                throw new PersistenceException(e);
            }
        });
    }

    /** Tells the log of counts of one workspace that are stored whole. */
    void tell(List<Count> counts) {
        scope.asWorkspace(counts.getFirst().workspace(), () -> {
            List<?> taken = entities.createNativeQuery("delete from api_key_use where id in :ids returning id")
                    .setParameter("ids", counts.stream().map(Count::id).toList())
                    .getResultList();
            counts.stream()
                    .filter(count -> taken.contains(count.id))
                    .forEach(count -> tell(count, false, count.addresses));
            return taken;
        });
    }

    private void tell(Count count, boolean lowerBound, @Nullable Set<String> addresses) {
        audit.recordFrom(
                new Origin(count.principal, count.key, null),
                new ApiKeyEvents.UsageCounted(
                        count.key.id(),
                        count.calls,
                        count.first,
                        count.last,
                        lowerBound,
                        addresses == null ? null : addresses.stream().sorted().toList()));
    }

    /** Tells of counts whose process went down; they lack its last second at most. */
    @Scheduled(every = "1m", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void tellLeftBehind() {
        Instant before = clock.instant().minus(LEFT_BEHIND);
        List<?> workspaces = scope.asPlatform(() -> entities.createNativeQuery(
                        "select distinct workspace_id from api_key_use where last_at < :before")
                .setParameter("before", before)
                .getResultList());
        for (Object workspace : workspaces) {
            try {
                while (scope.asWorkspace((UUID) workspace, () -> tellSome((UUID) workspace, before)) == AT_ONCE) {
                    // The next batch in a transaction of its own.
                }
            } catch (RuntimeException e) {
                LOG.warnf("uses of API keys of workspace %s wait: %s", workspace, e);
            }
        }
    }

    private int tellSome(UUID workspace, Instant before) {
        try (var connection = dataSource.getConnection();
                var statement = connection.prepareStatement("with due as (select id from api_key_use where last_at < ?"
                        + " order by last_at limit " + AT_ONCE + " for update skip locked)"
                        + " delete from api_key_use u using due, api_key k where u.id = due.id and k.id = u.api_key_id"
                        + " returning u.id, k.id, k.user_id, k.service_account_id, u.calls, u.first_at, u.last_at,"
                        + " u.addresses")) {
            statement.setObject(1, before.atOffset(ZoneOffset.UTC));
            int told = 0;
            try (var row = statement.executeQuery()) {
                for (; row.next(); told++) {
                    UUID person = row.getObject(3, UUID.class);
                    Count count = new Count(
                            row.getObject(1, UUID.class),
                            workspace,
                            Actor.Ref.apiKey(row.getObject(2, UUID.class)),
                            person == null
                                    ? Actor.Ref.serviceAccount(row.getObject(4, UUID.class))
                                    : Actor.Ref.user(person),
                            row.getLong(5),
                            row.getObject(6, OffsetDateTime.class).toInstant(),
                            row.getObject(7, OffsetDateTime.class).toInstant(),
                            Set.of());
                    tell(count, true, addresses(count, row.getBytes(8)));
                }
            }
            return told;
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
    }

    private @Nullable Set<String> addresses(Count count, byte[] sealed) {
        try (Secret opened = envelopes.open(count.binding(), sealed)) {
            return Set.of(new String(opened.bytes(), StandardCharsets.UTF_8).split("\n"));
        } catch (SecretIntegrityException e) {
            LOG.warnf("the addresses of a count of API key %s cannot be opened", count.key.id());
            return null;
        }
    }
}
