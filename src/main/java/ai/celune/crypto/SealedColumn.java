package ai.celune.crypto;

import java.util.UUID;

/**
 * A column whose values the {@link Sealer} seals under the keys of their workspaces. Who has one offers it as a bean (a static {@code @Produces @Singleton} method), and
 * its values follow when a key is rotated (R13); a test compares the beans with the registry. The table has a column {@code workspace_id}, and {@code celune_app} may
 * read its rows within their workspace and update this column.
 *
 * @param table as in the classification registry
 * @param column as in the classification registry
 * @param id column of the id of a row, unique within a workspace
 * @param valueVersion column of the version of the value; {@code 1} when values are never replaced
 */
public record SealedColumn(String table, String column, String id, String valueVersion, Binder binder) {
    /** Where a value belongs. */
    @FunctionalInterface
    public interface Binder {
        Binding bind(UUID workspace, UUID id, int valueVersion);
    }

    /** Its name in the registry. */
    public String name() {
        return table + "." + column;
    }
}
