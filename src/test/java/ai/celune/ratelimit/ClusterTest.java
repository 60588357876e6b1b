package ai.celune.ratelimit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.TestRedis;
import io.vertx.redis.client.Command;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster of one real server, through the cluster client: calls find their slot by the principal in braces. */
class ClusterTest {
    @TempDir
    Path folder;

    @Test
    void limitsOfOnePrincipalAreTakenTogetherInACluster() {
        try (TestRedis redis = TestRedis.start("--cluster-enabled", "yes", "--dir", folder.toString())) {
            redis.formCluster();
            Replica one = new Replica(redis.connectToCluster(), Replica.PATIENT);
            Replica other = new Replica(redis.connectToCluster(), Replica.PATIENT);
            assertEquals(Reliance.Mode.SHARED, one.beat());
            Limit reads = new Limit("{alice}:read", 60, Replica.MINUTE);
            Limit writes = new Limit("{alice}:write", 30, Replica.MINUTE);
            for (int i = 0; i < 30; i++) {
                Decision taken = (i % 2 == 0 ? one : other).take(reads, writes);
                assertEquals(29 - i, taken.remaining());
            }
            assertEquals(30, one.admitted(20, reads) + other.admitted(20, reads));
            assertEquals("60", redis.ask(Command.LLEN, "celune:limit:{alice}:read"));
            assertEquals(2, one.shared.replicas());
            one.shared.bury("{alice}", Instant.EPOCH);
            assertTrue(one.take(reads, writes).ended());
            assertTrue(other.take(reads, writes).ended());
        }
    }
}
