package ai.celune.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.celune.tenancy.Ids;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.PersistenceException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * Data keys in memory: one per workspace that seals, and those that were opened lately. Both are bounded in number, time and uses. A key that leaves is not
 * overwritten, because another thread may be in the midst of using it.
 */
@ApplicationScoped
class DataKeys {
    private static final Logger LOG = Logger.getLogger(DataKeys.class);
    private static final int USES_TO_SEAL = 100_000;
    private static final Duration TIME_TO_SEAL = Duration.ofHours(2);
    private static final int USES_TO_OPEN = 1_000;
    private static final Duration TIME_TO_OPEN = Duration.ofSeconds(60);
    private static final int MOST_IN_MEMORY = 10_000;
    private static final byte[] PURPOSE = "celune/data-key/v1".getBytes(UTF_8);

    private final AgroalDataSource business;
    private final AgroalDataSource appends;
    private final Sealer sealer;
    private final Clock clock;
    private final Cache<UUID, DataKey> sealing;
    private final Cache<UUID, DataKey> opening;

    /** @param appends commits at once, so that a data key outlives the transaction whose value it sealed first */
    DataKeys(AgroalDataSource business, @DataSource("audit") AgroalDataSource appends, Sealer sealer, Clock clock) {
        this.business = business;
        this.appends = appends;
        this.sealer = sealer;
        this.clock = clock;
        sealing = cache(TIME_TO_SEAL, clock);
        opening = cache(TIME_TO_OPEN, clock);
    }

    /** @param left uses until it is replaced */
    record DataKey(UUID id, UUID workspace, byte[] bytes, AtomicInteger left) {
        boolean use() {
            return left.getAndDecrement() > 0;
        }

        @Override
        public String toString() {
            return "DataKey[" + id + "]";
        }
    }

    /** The key that seals for the workspace now; a new one is stored before it is used. */
    DataKey toSeal(UUID workspace) {
        DataKey key = sealing.get(workspace, this::create);
        while (!key.use()) {
            sealing.asMap().remove(workspace, key);
            key = sealing.get(workspace, this::create);
        }
        return key;
    }

    /** The key that sealed a value, from memory or by the secret store; asks for a transaction of its workspace. */
    DataKey toOpen(UUID workspace, UUID id) {
        DataKey own = sealing.getIfPresent(workspace);
        if (own != null && own.id().equals(id)) {
            return own;
        }
        DataKey known = opening.getIfPresent(id);
        if (known == null || !known.use()) {
            known = read(workspace, id);
            opening.put(id, known);
        }
        return known;
    }

    private DataKey create(UUID workspace) {
        UUID id = Ids.next();
        try (var connection = appends.getConnection();
                var read = connection.prepareStatement(
                        "select public_key, shredding_at is not null from workspace_key where workspace_id = ?");
                var store = connection.prepareStatement(
                        "insert into data_key (id, workspace_id, encapsulated, created_at) values (?, ?, ?, ?)")) {
            read.setObject(1, workspace);
            try (var row = read.executeQuery()) {
                if (!row.next()) {
                    throw new SecretKeyMissingException();
                }
                if (row.getBoolean(2)) {
                    throw new SecretShreddedException();
                }
                KeyAgreement.Agreed agreed = KeyAgreement.agree(row.getBytes(1));
                store.setObject(1, id);
                store.setObject(2, workspace);
                store.setBytes(3, agreed.encapsulated());
                store.setObject(4, clock.instant().atOffset(ZoneOffset.UTC));
                store.executeUpdate();
                return key(id, workspace, agreed.secret(), USES_TO_SEAL);
            }
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
    }

    private DataKey read(UUID workspace, UUID id) {
        try (var connection = business.getConnection();
                var statement = connection.prepareStatement(
                        "select k.sealed_private_key, d.encapsulated, k.shredding_at is not null"
                                + " from data_key d join workspace_key k using (workspace_id) where d.id = ? and d.workspace_id = ?")) {
            statement.setObject(1, id);
            statement.setObject(2, workspace);
            try (var row = statement.executeQuery()) {
                if (!row.next()) {
                    throw new SecretIntegrityException();
                }
                if (row.getBoolean(3)) {
                    throw new SecretShreddedException();
                }
                try (Secret privateKey = sealer.open(WorkspaceKeys.binding(workspace), row.getString(1))) {
                    return key(id, workspace, KeyAgreement.recover(privateKey.bytes(), row.getBytes(2)), USES_TO_OPEN);
                }
            }
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
    }

    /** Those of workspaces that are shredded leave the memory of every replica before the key in the store is destroyed. */
    @Scheduled(every = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void forgetShredded() {
        try (var connection = appends.getConnection();
                var statement =
                        connection.prepareStatement("select workspace_id from workspace_key where shredding_at > ?")) {
            statement.setObject(
                    1, clock.instant().minus(TIME_TO_SEAL.multipliedBy(2)).atOffset(ZoneOffset.UTC));
            try (var row = statement.executeQuery()) {
                while (row.next()) {
                    UUID workspace = row.getObject(1, UUID.class);
                    sealing.invalidate(workspace);
                    opening.asMap().values().removeIf(key -> key.workspace().equals(workspace));
                }
            }
        } catch (SQLException e) {
            // Each second while the database is away, of which others tell; and without it nothing is sealed.
            LOG.debugf("data keys are looked through at the next run: %s", e);
        }
    }

    private static DataKey key(UUID id, UUID workspace, byte[] agreed, int uses) {
        byte[] bytes = Derivation.hkdf(
                agreed, new byte[0], Digest.ofList(PURPOSE, id.toString().getBytes(UTF_8)), Digest.LENGTH);
        return new DataKey(id, workspace, bytes, new AtomicInteger(uses));
    }

    private static Cache<UUID, DataKey> cache(Duration time, Clock clock) {
        return Caffeine.newBuilder()
                .maximumSize(MOST_IN_MEMORY)
                .expireAfterWrite(time)
                .ticker(() -> Duration.between(java.time.Instant.EPOCH, clock.instant())
                        .toNanos())
                .build();
    }
}
