package ai.celune.shredding;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How a workspace was destroyed, or how far that has come; steps to come are null.
 *
 * @param keyVersion the newest of the versions that were destroyed
 * @param provedAt when opening something that the key had sealed was tried in vain
 * @param failure how the secret store refused that
 * @param horizon until when a snapshot of the secret store could bring the key back; null when the operator has not said how long those are kept
 */
record ShredView(
        UUID workspaceId,
        int keyVersion,
        Instant begunAt,
        @Nullable Instant keyDestroyedAt,
        @Nullable Instant provedAt,
        @Nullable String failure,
        long rowsDeleted,
        @Nullable Instant finishedAt,
        @Nullable Instant horizon) {}
