package ai.celune.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.PostgresResource;
import ai.celune.support.Rows;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Keys of workspaces to come. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class WorkspaceKeysTest {
    @Inject
    WorkspaceKeys keys;

    @Test
    void twentyAreKeptReady() {
        keys.taking(id -> id);
        keys.refill();
        assertTrue(ready() >= 20, ready() + " ready");
    }

    @Test
    void whoComesToNothingGivesTheIdBack() {
        keys.refill();
        UUID[] taken = new UUID[1];
        assertThrows(
                IllegalStateException.class,
                () -> keys.taking(id -> {
                    taken[0] = id;
                    throw new IllegalStateException("no workspace after all");
                }));
        assertEquals("t", Rows.one("select ready from workspace_key where workspace_id = ?", taken[0]));
    }

    @Test
    void whenNoneIsReadyOneIsMade() {
        Rows.update("update workspace_key set ready = false");
        UUID taken = keys.taking(id -> id);
        assertEquals("f", Rows.one("select ready from workspace_key where workspace_id = ?", taken));
        keys.refill();
    }

    @Test
    void nobodyGetsWhatAnotherHas() throws Exception {
        keys.refill();
        Set<UUID> taken = new HashSet<>();
        List<Callable<UUID>> takers = Collections.nCopies(30, () -> keys.taking(id -> id));
        try (var threads = Executors.newFixedThreadPool(8)) {
            for (Future<UUID> taker : threads.invokeAll(takers)) {
                assertTrue(taken.add(taker.get()));
            }
        }
        keys.refill();
    }

    private static int ready() {
        return Integer.parseInt(Rows.one("select count(*) from workspace_key where ready"));
    }
}
