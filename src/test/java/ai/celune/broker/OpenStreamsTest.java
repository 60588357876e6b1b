package ai.celune.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.security.Actor;
import ai.celune.security.CredentialEnded;
import ai.celune.web.Problem;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** No call outlives its credential, in whatever order the two meet (R28). */
class OpenStreamsTest {
    private final OpenStreams streams = new OpenStreams(new SmallRyeConfigBuilder()
            .withMapping(BrokerConfig.class)
            .withConverter(Duration.class, 200, new DurationConverter())
            .withDefaultValue("celune.broker.call.open-streams", "2")
            .build()
            .getConfigMapping(BrokerConfig.class));
    private final UUID user = UUID.randomUUID();
    private final UUID credential = UUID.randomUUID();
    private final UUID workspace = UUID.randomUUID();
    private final UUID providerKey = UUID.randomUUID();
    private final AtomicInteger closed = new AtomicInteger();

    private Actor actor() {
        return new Actor(
                Actor.Ref.user(user),
                Actor.Ref.apiKey(credential),
                null,
                user,
                workspace,
                "member",
                null,
                Set.of(),
                false,
                null,
                null,
                Map.of(),
                null);
    }

    private OpenStreams.Ticket register(long started) {
        return streams.register(actor(), started, closed::incrementAndGet);
    }

    private String refusal(long started) {
        return assertThrows(Problem.class, () -> register(started)).code().code();
    }

    @Test
    void anEndClosesWhatIsOpen() {
        register(System.nanoTime());
        streams.onEnd(CredentialEnded.everywhere(UUID.randomUUID()));
        assertEquals(0, closed.get());
        streams.onEnd(CredentialEnded.everywhere(credential));
        assertEquals(1, closed.get());
    }

    @Test
    void anEndOfThePersonClosesToo() {
        register(System.nanoTime());
        streams.onEnd(CredentialEnded.everywhere(user));
        assertEquals(1, closed.get());
    }

    @Test
    void anEndInOneWorkspaceLeavesOthersAlone() {
        register(System.nanoTime());
        streams.onEnd(CredentialEnded.inWorkspace(UUID.randomUUID(), user));
        assertEquals(0, closed.get());
        streams.onEnd(CredentialEnded.inWorkspace(workspace, user));
        assertEquals(1, closed.get());
    }

    @Test
    void anEndOfTheProviderKeyClosesTheCallsThatUseIt() {
        OpenStreams.Ticket using = register(System.nanoTime());
        register(System.nanoTime());
        assertTrue(using.uses(providerKey));
        streams.onEnd(CredentialEnded.everywhere(providerKey));
        assertEquals(1, closed.get());
    }

    @Test
    void aProviderKeyThatEndedSinceTheCallBeganIsNotUsed() {
        OpenStreams.Ticket before = register(System.nanoTime());
        streams.onEnd(CredentialEnded.everywhere(providerKey));
        assertFalse(before.uses(providerKey));
        assertTrue(register(System.nanoTime()).uses(providerKey));
    }

    @Test
    void aCallThatBeganBeforeTheEndIsRefusedAndALaterOneIsNot() {
        long before = System.nanoTime();
        streams.onEnd(CredentialEnded.everywhere(user));
        assertEquals("unauthenticated", refusal(before));
        register(System.nanoTime()).close();
    }

    @Test
    void moreEndsThanAreRememberedRefuseRatherThanForget() {
        long before = System.nanoTime();
        streams.onEnd(CredentialEnded.everywhere(credential));
        for (int i = 0; i < 10_001; i++) {
            streams.onEnd(CredentialEnded.everywhere(UUID.randomUUID()));
        }
        assertEquals("unauthenticated", refusal(before));
        register(System.nanoTime());
    }

    @Test
    void onlySoManyAreOpenAndAClosedOneMakesRoom() {
        OpenStreams.Ticket first = register(System.nanoTime());
        register(System.nanoTime());
        assertEquals("rate_limited", refusal(System.nanoTime()));
        first.close();
        register(System.nanoTime());
    }
}
