package ai.celune.crypto;

import ai.celune.tenancy.Ids;
import ai.celune.tenancy.Scope;
import ai.celune.tenancy.Transactions;
import io.agroal.api.AgroalDataSource;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import jakarta.persistence.PersistenceException;
import java.security.KeyPair;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Ids of workspaces whose keys exist. Some are kept ready, so that a new workspace takes one and waits for no secret store; a workspace that comes to nothing
 * gives its id back with its transaction.
 */
@ApplicationScoped
public class WorkspaceKeys {
    private static final Logger LOG = Logger.getLogger(WorkspaceKeys.class);
    private static final int READY = 20;
    private static final int TRIES = 3;

    private final AgroalDataSource dataSource;
    private final Sealer sealer;
    private final Scope scope;
    private final Transactions transactions;
    private final Clock clock;
    private final AtomicBoolean refilling = new AtomicBoolean();

    WorkspaceKeys(AgroalDataSource dataSource, Sealer sealer, Scope scope, Transactions transactions, Clock clock) {
        this.dataSource = dataSource;
        this.sealer = sealer;
        this.scope = scope;
        this.transactions = transactions;
        this.clock = clock;
    }

    /**
     * Does the work with the id of a workspace to come, in one transaction with taking it. When none is ready one is made first.
     *
     * @throws SecretStoreUnavailableException when none is ready and the secret store cannot make one
     */
    public <T> T taking(Function<UUID, T> work) {
        try {
            return scope.asPlatform(() -> work.apply(take()));
        } finally {
            refillSoon();
        }
    }

    /** On a thread of its own, which knows nothing of the caller's transaction; once for many that ask at the same time. */
    private void refillSoon() {
        if (refilling.compareAndSet(false, true)) {
            Thread.ofVirtual()
                    .name("workspace-keys")
                    .inheritInheritableThreadLocals(false)
                    .start(() -> {
                        try {
                            refill();
                        } finally {
                            refilling.set(false);
                        }
                    });
        }
    }

    private UUID take() {
        for (int i = 0; i < TRIES; i++) {
            Optional<UUID> taken = takeReady();
            if (taken.isPresent()) {
                return taken.get();
            }
            make(Ids.next(), true);
        }
        throw new SecretStoreUnavailableException("others take keys faster than they are made", null);
    }

    private Optional<UUID> takeReady() {
        try (var connection = dataSource.getConnection();
                var statement =
                        connection.prepareStatement("with one as materialized (select workspace_id from workspace_key"
                                + " where ready order by workspace_id for no key update skip locked limit 1)"
                                + " update workspace_key k set ready = false from one where k.workspace_id = one.workspace_id"
                                + " returning k.workspace_id");
                var row = statement.executeQuery()) {
            return row.next() ? Optional.of(row.getObject(1, UUID.class)) : Optional.empty();
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
    }

    /** The operator log has a key like any workspace; the first replica of an installation makes it. */
    void onStart(@Observes @Priority(10) StartupEvent started) {
        if (count("workspace_id = operator_log()") == 0) {
            make(Scope.NOBODY, false);
        }
    }

    /** What is made too many, because several replicas saw it missing, is used up later. */
    @Scheduled(every = "10s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void refill() {
        try {
            for (int missing = READY - count("ready"); missing > 0; missing--) {
                make(Ids.next(), true);
            }
        } catch (SecretStoreUnavailableException e) {
            LOG.warnf("no keys are made ready for new workspaces: %s", e.getMessage());
        }
    }

    /** Workspaces and ids kept ready whose private key this store has sealed, those left out that are being shredded. */
    public int sealedBy(Store store) {
        return count("shredding_at is null and sealed_private_key like '" + store.prefix() + ":%'");
    }

    /** In a transaction of its own: a key that the secret store has must be known, whatever becomes of the caller. */
    private void make(UUID workspace, boolean ready) {
        sealer.createKey(workspace);
        KeyPair pair = KeyAgreement.newKeyPair();
        try (Secret privateKey = Secret.taking(pair.getPrivate().getEncoded())) {
            String sealed = sealer.seal(binding(workspace), privateKey.bytes());
            transactions.inNew(() -> scope.asPlatform(() -> store(workspace, ready, pair, sealed)));
        }
    }

    private int store(UUID workspace, boolean ready, KeyPair pair, String sealedPrivateKey) {
        try (var connection = dataSource.getConnection();
                var statement = connection.prepareStatement("insert into workspace_key"
                        + " (workspace_id, ready, public_key, sealed_private_key, created_at) values (?, ?, ?, ?, ?)"
                        + " on conflict do nothing")) {
            statement.setObject(1, workspace);
            statement.setBoolean(2, ready);
            statement.setBytes(3, pair.getPublic().getEncoded());
            statement.setString(4, sealedPrivateKey);
            statement.setObject(5, clock.instant().atOffset(ZoneOffset.UTC));
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
    }

    private int count(String which) {
        return scope.asPlatform(() -> {
            try (var connection = dataSource.getConnection();
                    var statement = connection.prepareStatement("select count(*) from workspace_key where " + which);
                    var row = statement.executeQuery()) {
                row.next();
                return row.getInt(1);
            } catch (SQLException e) {
                throw new PersistenceException(e);
            }
        });
    }

    /** When the key of the transaction's workspace was made. */
    public Instant createdAt(UUID workspace) {
        return one("select created_at from workspace_key where workspace_id = ?", workspace)
                .orElseThrow(SecretKeyMissingException::new);
    }

    /** Keeps others from changing the key of the transaction's workspace until its end; waits for whoever does so now. */
    public void lock(UUID workspace) {
        var _ = one("select created_at from workspace_key where workspace_id = ? for no key update", workspace)
                .orElseThrow(SecretKeyMissingException::new);
    }

    /** As {@link #lock}, but waits for nobody, and says whether it has the key. */
    public boolean tryLock(UUID workspace) {
        return one(
                        "select created_at from workspace_key where workspace_id = ? for no key update skip locked",
                        workspace)
                .isPresent();
    }

    /** Says of the transaction's workspace that its key is to be destroyed: from the commit on no replica begins to use it for bulk data, and within seconds none goes on. */
    public void beginShredding(UUID workspace) {
        try (var connection = dataSource.getConnection();
                var statement = connection.prepareStatement(
                        "update workspace_key set shredding_at = ? where workspace_id = ? and shredding_at is null")) {
            statement.setObject(1, clock.instant().atOffset(ZoneOffset.UTC));
            statement.setObject(2, workspace);
            statement.executeUpdate();
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
    }

    public boolean isShredding(UUID workspace) {
        return one(
                        "select shredding_at from workspace_key where workspace_id = ? and shredding_at is not null",
                        workspace)
                .isPresent();
    }

    /**
     * Really tries to open what the key of the transaction's workspace has sealed, now that the key is destroyed.
     *
     * @return how the store refused it; empty when it did not
     * @throws SecretStoreUnavailableException when the store cannot say
     */
    public Optional<String> triedInVain(UUID workspace) {
        try (var connection = dataSource.getConnection();
                var statement = connection.prepareStatement(
                        "select sealed_private_key from workspace_key where workspace_id = ?")) {
            statement.setObject(1, workspace);
            try (var row = statement.executeQuery()) {
                row.next();
                return refusal(workspace, row.getString(1));
            }
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
    }

    private Optional<String> refusal(UUID workspace, String sealed) {
        try (Secret _ = sealer.open(binding(workspace), sealed)) {
            return Optional.empty();
        } catch (SecretKeyMissingException | SecretShreddedException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private Optional<Instant> one(String sql, UUID workspace) {
        try (var connection = dataSource.getConnection();
                var statement = connection.prepareStatement(sql)) {
            statement.setObject(1, workspace);
            try (var row = statement.executeQuery()) {
                return row.next()
                        ? Optional.of(row.getObject(1, OffsetDateTime.class).toInstant())
                        : Optional.empty();
            }
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
    }

    @Produces
    @Singleton
    static SealedColumn sealedPrivateKeys() {
        return new SealedColumn(
                "workspace_key",
                "sealed_private_key",
                "workspace_id",
                "1",
                (workspace, id, version) -> binding(workspace));
    }

    static Binding binding(UUID workspace) {
        return new Binding(workspace, workspace, "private-key", 1);
    }
}
