package ai.celune.encryptionkey;

import ai.celune.audit.AuditLog;
import ai.celune.audit.Origin;
import ai.celune.crypto.SealedColumns;
import ai.celune.crypto.Sealer;
import ai.celune.crypto.WorkspaceKeys;
import ai.celune.security.CurrentRequest;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Looks at keys and rotates them. */
@ApplicationScoped
@Transactional
public class EncryptionKeys implements PanacheRepositoryBase<EncryptionKey, UUID> {
    private final WorkspaceKeys keys;
    private final SealedColumns columns;
    private final Sealer sealer;
    private final AuditLog audit;
    private final CurrentRequest request;
    private final EncryptionKeyConfig config;
    private final Clock clock;

    EncryptionKeys(
            WorkspaceKeys keys,
            SealedColumns columns,
            Sealer sealer,
            AuditLog audit,
            CurrentRequest request,
            EncryptionKeyConfig config,
            Clock clock) {
        this.keys = keys;
        this.columns = columns;
        this.sealer = sealer;
        this.audit = audit;
        this.request = request;
        this.config = config;
        this.clock = clock;
    }

    EncryptionKeyView show() {
        UUID workspace = request.requireActor().workspace();
        return view(workspace, own().orElse(null));
    }

    EncryptionKeyView rotate() {
        UUID workspace = request.requireActor().workspace();
        keys.lock(workspace);
        return view(workspace, rotate(workspace, own(), Origin.of(request.actor(), request.facts())));
    }

    /** For the transaction's workspace, unless somebody else is at it or its time has not come. */
    void rotateWhenDue(UUID workspace) {
        if (!keys.tryLock(workspace)) {
            return;
        }
        Optional<EncryptionKey> key = own();
        boolean due = !rotatesAt(key.orElse(null), keys.createdAt(workspace)).isAfter(clock.instant());
        if (due && key.stream().noneMatch(EncryptionKey::isInWork)) {
            rotate(workspace, key, Origin.NOBODY);
        }
    }

    /** The caller has locked the key. Should the commit fail the store has a version that nobody knows of, which seals like any other. */
    private EncryptionKey rotate(UUID workspace, Optional<EncryptionKey> before, Origin origin) {
        int version = sealer.rotateKey(workspace);
        int older = columns.below(version);
        EncryptionKey key = before.orElseGet(() -> new EncryptionKey(version, older, clock.instant()));
        audit.recordFrom(
                origin, new EncryptionKeyEvents.Rotated(workspace, before.isEmpty() ? 1 : key.keyVersion(), version));
        audit.recordFrom(origin, new EncryptionKeyEvents.RewrapStarted(workspace, version, older));
        if (before.isEmpty()) {
            persist(key);
        } else {
            key.rotate(version, older, clock.instant());
        }
        flush();
        return key;
    }

    /**
     * Rotates the key of the transaction's workspace, so that all that it sealed is brought under the newest version; does nothing when that has begun since an instant
     * and goes on.
     */
    public void bringUp(UUID workspace, Instant since) {
        keys.lock(workspace);
        Optional<EncryptionKey> key = own();
        if (key.stream()
                .noneMatch(known -> known.isInWork() && !known.rotatedAt().isBefore(since))) {
            rotate(workspace, key, Origin.NOBODY);
        }
    }

    private Optional<EncryptionKey> own() {
        return findAll().firstResultOptional();
    }

    /**
     * The key of the transaction's workspace while what it sealed is re-wrapped, for this transaction alone; empty when another one is at it. By the lock that a rotation
     * takes, so that the two never wait for each other.
     */
    Optional<EncryptionKey> takeInWork(UUID workspace) {
        return keys.tryLock(workspace) ? find("finishedAt is null").firstResultOptional() : Optional.empty();
    }

    private Instant rotatesAt(@Nullable EncryptionKey key, Instant createdAt) {
        return (key == null ? createdAt : key.rotatedAt()).plus(config.rotateEvery());
    }

    private EncryptionKeyView view(UUID workspace, @Nullable EncryptionKey key) {
        Instant createdAt = keys.createdAt(workspace);
        return new EncryptionKeyView(
                key == null ? 1 : key.keyVersion(),
                key == null ? 1 : key.lowestVersion(),
                createdAt,
                key == null ? null : key.rotatedAt(),
                rotatesAt(key, createdAt),
                key == null ? null : key.rewrap());
    }
}
