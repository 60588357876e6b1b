package ai.celune.keyringmove;

import ai.celune.crypto.Store;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How this replica seals and opens, and the last move or dry run.
 *
 * @param run null before the first one
 */
record KeyringMoveView(
        Store seals, List<Store> opens, @Nullable Run run) {
    /**
     * A move or dry run.
     *
     * @param done values that came under newer versions since it began; 0 in a dry run
     * @param total values that are to, as far as workspaces have started
     * @param found what the last look met that the keyring has sealed, for each column
     * @param failed rows among them whose value does not open; the first 100
     */
    record Run(
            UUID id,
            boolean dryRun,
            MoveState state,
            Instant startedAt,
            @Nullable Instant finishedAt,
            long done,
            long total,
            List<Found> found,
            List<Failed> failed) {}

    /** @param failed how many of them do not open */
    record Found(String table, String column, long values, long failed) {}

    /** Where a value stands that does not open. */
    record Failed(String table, String column, UUID workspaceId, UUID id) {}
}
