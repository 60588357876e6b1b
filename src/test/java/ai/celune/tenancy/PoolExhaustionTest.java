package ai.celune.tenancy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.Actors;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A transaction that gets no connection leaves nothing behind on its thread. */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class PoolExhaustionTest {
    /** Enough to use every thread that was refused a connection again. */
    private static final int CALLS = 120;

    @Test
    void whoWasRefusedAConnectionIsServedOnceThereIsOne() throws SQLException {
        String token = Actors.newWorkspace().token();
        try (Connection other = DriverManager.getConnection(PostgresResource.superuserJdbcUrl())) {
            other.setAutoCommit(false);
            // Read by the business pool alone, so that credentials are still found.
            other.createStatement().execute("lock table provider_key in access exclusive mode");
            CompletableFuture<List<Reply>> waiting =
                    CompletableFuture.supplyAsync(() -> Api.atOnce(CALLS, () -> Api.get("/v1/provider-keys", token)));
            while (!waiting.isDone() && Api.get("/v1/settings", token).status() != 503) {
                // Until the pool is exhausted: then this call too waits for a connection, most often until it is
                // refused.
            }
            other.rollback();
            List<Integer> statuses = waiting.join().stream()
                    .map(Reply::status)
                    .distinct()
                    .sorted()
                    .toList();
            assertTrue(statuses.contains(503), "the pool was never exhausted: " + statuses);
            assertTrue(List.of(200, 503).containsAll(statuses), statuses.toString());
        }
        List<Integer> after = Api.atOnce(CALLS, () -> Api.get("/v1/provider-keys", token)).stream()
                .map(Reply::status)
                .distinct()
                .toList();
        assertEquals(List.of(200), after);
    }
}
