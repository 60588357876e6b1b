package ai.celune.tenancy;

import ai.celune.security.Actor;
import ai.celune.security.CurrentRequest;
import io.agroal.api.AgroalDataSource;
import io.quarkus.arc.Arc;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceException;
import jakarta.transaction.Status;
import jakarta.transaction.SystemException;
import jakarta.transaction.TransactionManager;
import jakarta.transaction.TransactionScoped;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.UUID;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The only place that tells PostgreSQL for whom a transaction works (R24).
 *
 * <p>A request's transactions are bound to its actor's workspace and person without anybody asking. The {@code as…} methods are for the
 * few operations that work for somebody else; a test lists their callers.
 */
@ApplicationScoped
public class Scope {
    /** Owns no rows; also the workspace id of the operator log. */
    public static final UUID NOBODY = new UUID(0, 0);

    private static final Logger LOG = Logger.getLogger(Scope.class);
    private static final ScopedValue<Bounds> BOUNDS = ScopedValue.newInstance();
    private static final Bounds UNBOUND = new Bounds(null, null, false);

    private static final String RECORDED_AT = "celune.recorded-at";

    /**
     * Nobody waits longer than this for another's row: a request that hangs on one would keep its worker and connection. It is also how long a repeated
     * request waits for the first (G6).
     */
    private static final String LOCK_TIMEOUT = "5s";

    private final AgroalDataSource dataSource;
    private final EntityManager entities;
    private final TransactionSynchronizationRegistry transaction;
    private final Transactions transactions;
    private final TransactionManager manager;

    Scope(
            AgroalDataSource dataSource,
            EntityManager entities,
            TransactionSynchronizationRegistry transaction,
            Transactions transactions,
            TransactionManager manager) {
        this.dataSource = dataSource;
        this.entities = entities;
        this.transaction = transaction;
        this.transactions = transactions;
        this.manager = manager;
    }

    /** For whom a transaction works. */
    public record Bounds(
            @Nullable UUID workspaceId, @Nullable UUID userId, boolean platform) {}

    /** A person's own rows, and the workspace that an event about them belongs to. */
    public <T> T asUser(UUID userId, @Nullable UUID workspaceId, Supplier<T> work) {
        return within(new Bounds(workspaceId, userId, false), work);
    }

    /** A person entering a workspace: code, account, workspace and membership stand or fall together. */
    public <T> T asJoining(UUID userId, UUID workspaceId, Supplier<T> work) {
        return within(new Bounds(workspaceId, userId, true), work);
    }

    /** One workspace, for background work: one transaction each. */
    public <T> T asWorkspace(UUID workspaceId, Supplier<T> work) {
        return within(new Bounds(workspaceId, null, false), work);
    }

    /**
     * Steps of background work for one workspace, each in a transaction of its own, as long as another one can follow. What goes wrong is logged and left to the next
     * run, so that other workspaces do not wait for this one.
     *
     * @param what names the work in the log
     * @param step says whether another one can follow at once
     */
    public void asWorkspaceStepwise(UUID workspaceId, String what, Supplier<Boolean> step) {
        try {
            while (within(new Bounds(workspaceId, null, false), step)) {
                // The next step in a transaction of its own.
            }
        } catch (Exception e) {
            // Also a commit that fails, which is a checked exception in disguise.
            LOG.warnf("%s of workspace %s wait for the next run: %s", what, workspaceId, e);
        }
    }

    /** What belongs to no workspace: access codes, operators, signing keys, sign-in attempts. */
    public <T> T asPlatform(Supplier<T> work) {
        Bounds now = current();
        return within(new Bounds(now.workspaceId(), now.userId(), true), work);
    }

    /** The bounds of the calling thread's transaction, or those the next one will get. */
    public static Bounds current() {
        if (BOUNDS.isBound()) {
            return BOUNDS.get();
        }
        Actor actor = Arc.container().instance(CurrentRequest.class).get().actor();
        return actor == null ? UNBOUND : new Bounds(actor.workspaceId(), actor.userId(), false);
    }

    /** The database's clock at the start of the transaction: an audit entry's {@code recordedAt} (G1). */
    public Instant recordedAt() {
        return (Instant) transaction.getResource(RECORDED_AT);
    }

    private <T> T within(Bounds bounds, Supplier<T> work) {
        Bounds outer = current();
        return ScopedValue.where(BOUNDS, bounds).call(() -> {
            if (transaction.getTransactionStatus() == Status.STATUS_NO_TRANSACTION) {
                return transactions.inNew(work::get);
            }
            return rebound(outer, bounds, work);
        });
    }

    /** Work under other bounds inside a running transaction. After an exception the wider bounds must not live on: it can only roll back. */
    private <T> T rebound(Bounds outer, Bounds inner, Supplier<T> work) {
        try {
            entities.flush();
            bind(inner);
            T result = work.get();
            entities.flush();
            bind(outer);
            return result;
        } catch (RuntimeException e) {
            transaction.setRollbackOnly();
            throw e;
        }
    }

    void onBegin(@Observes @Initialized(TransactionScoped.class) Object begun) {
        try {
            bind(current());
        } catch (RuntimeException e) {
            // begin() has tied the transaction to this thread, and nobody else would end it.
            try {
                manager.rollback();
            } catch (SystemException notEnded) {
                e.addSuppressed(notEnded);
            }
            throw e;
        }
    }

    private void bind(Bounds bounds) {
        try (var connection = dataSource.getConnection();
                var statement = connection.prepareStatement("select set_config('app.workspace_id', ?, true),"
                        + " set_config('app.user_id', ?, true), set_config('app.platform', ?, true), clock_timestamp(),"
                        + " set_config('lock_timeout', '" + LOCK_TIMEOUT + "', true)")) {
            statement.setString(1, text(bounds.workspaceId()));
            statement.setString(2, text(bounds.userId()));
            statement.setString(3, bounds.platform() ? "on" : "");
            try (var row = statement.executeQuery()) {
                row.next();
                if (transaction.getResource(RECORDED_AT) == null) {
                    transaction.putResource(
                            RECORDED_AT, row.getObject(4, OffsetDateTime.class).toInstant());
                }
            }
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
    }

    private static String text(@Nullable UUID id) {
        return id == null ? "" : id.toString();
    }
}
