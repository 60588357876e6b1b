package ai.celune.audit.tlog;

import java.io.IOException;
import java.util.Optional;

/** Where tiles and entry bundles are kept: a database, a folder, somebody's server. */
@FunctionalInterface
public interface TileSource {
    /**
     * Reads what is stored at a place.
     *
     * @return empty when it does not exist. What is there need not be right: readers check it
     */
    Optional<byte[]> read(Tile tile) throws IOException;
}
