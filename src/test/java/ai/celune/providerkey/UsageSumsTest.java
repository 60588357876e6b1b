package ai.celune.providerkey;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.celune.audit.Origin;
import ai.celune.audit.Outcome;
import ai.celune.audit.UnknownEnds;
import ai.celune.provider.Catalogue;
import ai.celune.security.Actor;
import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.Fuzz;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.TestClock;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What analytics tell is what the ends of uses in the audit log sum up to, whatever these ends are (R15). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class UsageSumsTest {
    private static final List<String> COUNTS =
            List.of("inputTokens", "outputTokens", "bytesIn", "bytesOut", "durationMillis");

    @Inject
    Catalogue catalogue;

    @Inject
    ProviderKeyUses uses;

    @Inject
    UnknownEnds unknownEnds;

    @Inject
    TestClock clock;

    @Test
    void usageIsTheSumOfTheLog() {
        Fuzz.rounds(5, fuzz -> {
            Random random = fuzz.random();
            Session owner = Actors.newWorkspace();
            List<UUID> keys = Stream.generate(() -> key(owner)).limit(3).toList();
            List<Actor> actors = List.of(owner.asOwner(UUID.randomUUID()), owner.asOwner(UUID.randomUUID()));
            CompletableFuture<?>[] ends = Stream.generate(() -> use(random, fuzz.oneOf(actors), fuzz.oneOf(keys)))
                    .limit(random.nextInt(40))
                    .toArray(CompletableFuture[]::new);
            CompletableFuture.allOf(ends).join();
            clock.advance(Duration.ofMinutes(4));
            unknownEnds.run();
            Map<String, long[]> log = logged(owner);
            assertEquals(
                    ends.length,
                    log.values().stream().mapToLong(sums -> sums[0]).sum());
            assertEquals(told(log), told(summed(owner)));
        });
    }

    /** Ends in any way or not at all. */
    private CompletableFuture<Void> use(Random random, Actor actor, UUID key) {
        UsableKey use = uses.begin(
                actor,
                Origin.of(actor, null),
                new KeyRequest(
                        catalogue.find("openai").orElseThrow(),
                        key,
                        "POST",
                        "/v1/chat/completions",
                        KeyRequest.Models.NONE,
                        Set.of()),
                Duration.ofMinutes(1));
        if (random.nextInt(5) == 0) {
            return CompletableFuture.completedFuture(null);
        }
        boolean failed = random.nextBoolean();
        return uses.complete(
                        use,
                        Origin.of(actor, null),
                        new ProviderKeyEvents.UseCompleted(
                                key,
                                use.use(),
                                failed ? Outcome.FAILED : Outcome.SUCCESS,
                                failed ? null : 200,
                                failed ? "client_aborted" : null,
                                random.nextLong(1L << 40),
                                random.nextLong(1L << 40),
                                random.nextInt(3) == 0 ? null : "m-" + random.nextInt(3),
                                random.nextInt(3) == 0 ? null : random.nextLong(1_000_000_000),
                                random.nextInt(3) == 0 ? null : random.nextLong(1_000_000_000),
                                null,
                                failed ? true : null,
                                random.nextLong(1_000_000)))
                .toCompletableFuture();
    }

    private static UUID key(Session owner) {
        return Api.post(
                        "/v1/provider-keys",
                        owner.token(),
                        Map.of("provider", "openai", "name", "test", "key", "sk-sums-0123456789"))
                .require(201)
                .id();
    }

    private static Map<String, long[]> logged(Session owner) {
        Map<String, long[]> sums = new TreeMap<>();
        Reply log = Api.get("/v1/audit/events?limit=200&action=provider_key.use_completed", owner.token())
                .require(200);
        for (JsonNode event : log.items()) {
            JsonNode details = event.path("details");
            long[] sum = sums.computeIfAbsent(
                    String.join(
                            " ",
                            event.path("target").path("id").asText(),
                            event.path("actor").path("id").asText(),
                            details.path("model").asText("null")),
                    first -> new long[1 + COUNTS.size()]);
            sum[0]++;
            add(sum, details);
        }
        return sums;
    }

    private static Map<String, long[]> summed(Session owner) {
        Map<String, long[]> sums = new TreeMap<>();
        for (JsonNode item :
                Api.get("/v1/analytics/usage", owner.token()).require(200).items()) {
            long[] sum = new long[1 + COUNTS.size()];
            sum[0] = item.path("requests").asLong();
            add(sum, item);
            sums.put(
                    String.join(
                            " ",
                            item.path("providerKeyId").asText(),
                            item.path("principalId").asText(),
                            item.path("model").asText("null")),
                    sum);
        }
        return sums;
    }

    private static void add(long[] sum, JsonNode counts) {
        for (int i = 0; i < COUNTS.size(); i++) {
            sum[i + 1] += counts.path(COUNTS.get(i)).asLong();
        }
    }

    private static Map<String, String> told(Map<String, long[]> sums) {
        Map<String, String> told = new TreeMap<>();
        sums.forEach((group, sum) -> told.put(group, Arrays.toString(sum)));
        return told;
    }
}
