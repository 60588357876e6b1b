package ai.celune.shredding;

import ai.celune.tenancy.Scope;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.Timeouts;
import org.jspecify.annotations.Nullable;

/** The records of destroyed workspaces. */
@ApplicationScoped
class Shreds implements PanacheRepositoryBase<ShredRecord, UUID> {
    private final Scope scope;

    Shreds(Scope scope) {
        this.scope = scope;
    }

    List<ShredRecord> list(@Nullable UUID after, int limit) {
        return scope.asPlatform(
                () -> find("workspaceId > ?1 order by workspaceId", after == null ? new UUID(0, 0) : after)
                        .page(0, limit + 1)
                        .list());
    }

    List<UUID> unfinished() {
        return scope.asPlatform(() -> find("finishedAt is null").stream()
                .map(ShredRecord::workspaceId)
                .toList());
    }

    /** For this transaction alone; empty when another one has it, or it is finished. */
    @Transactional(Transactional.TxType.MANDATORY)
    Optional<ShredRecord> take(UUID workspace) {
        return find("workspaceId = ?1 and finishedAt is null", workspace)
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .withHint("jakarta.persistence.lock.timeout", Timeouts.SKIP_LOCKED_MILLI)
                .firstResultOptional();
    }
}
