package ai.celune.tour;

import static ai.celune.tour.StepFailure.require;

import ai.celune.security.BrokerPath;
import ai.celune.tour.Steps.Held;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** An agent calls the provider with a Celune key, and the provider sees its own. */
final class BrokerSteps {
    static final String PATH = BrokerPath.PREFIX + "openai" + StandIn.PATH;

    /** Those of the steps before: one plain, one streamed. */
    private static final int CALLS = 2;

    private static final int TRIES = 20;
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(100);

    private final World world;

    BrokerSteps(World world) {
        this.world = world;
    }

    Held plain() {
        Reply reply = world.http
                .post(PATH, world.agent.key(), World.chat(world.model(), false))
                .expect(200)
                .expectNowhere(world.providerKey, "provider key");
        if (world.standIn == null) {
            return new Held(200, "the provider answered");
        }
        require(reply.body().contains(StandIn.GREETING), "the stand-in's answer", reply.toString());
        requireReceivedKey(world.standIn.calls());
        return new Held(200, "the provider got its real key, the agent never had it");
    }

    Held streamed() {
        StringBuilder text = new StringBuilder();
        int events = 0;
        long first = 0;
        HttpResponse<InputStream> response =
                world.http.stream(PATH, world.agent.key(), World.chat(world.model(), true));
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                first = first == 0 ? System.nanoTime() : first;
                events += line.startsWith("data: {") ? 1 : 0;
                text.append(line).append('\n');
            }
        } catch (IOException e) {
            throw new StepFailure("expected a complete stream, got " + e.getMessage(), response.statusCode());
        }
        String shown = text.toString();
        Reply reply = new Reply(
                "POST " + PATH + " (stream)",
                response.statusCode(),
                response.headers().map(),
                shown);
        reply.expect(200).expectNowhere(world.providerKey, "provider key");
        require(shown.contains("[DONE]"), "a stream that ends with [DONE]", reply.toString());
        if (world.standIn == null) {
            require(events > 1, "several events", events + " events");
            return new Held(200, events + " events");
        }
        require(events == StandIn.CHUNKS, StandIn.CHUNKS + " events", events + " events");
        require(first < world.standIn.lastChunkSent(), "the first event before the last was sent", "all at once");
        requireReceivedKey(world.standIn.calls());
        return new Held(200, events + " events, each passed on as it came; the key echoed in pieces was removed");
    }

    /** The sums are there within two seconds of the calls' ends. */
    Held usage() {
        Reply reply = world.http.get("/v1/analytics/usage", world.token).expect(200);
        for (int i = 0; i < TRIES && requests(reply) < CALLS; i++) {
            LockSupport.parkNanos(PAUSE);
            reply = world.http.get("/v1/analytics/usage", world.token).expect(200);
        }
        require(requests(reply) == CALLS, CALLS + " requests", reply.toString());
        long tokens = sum(reply, "outputTokens");
        require(tokens > 0, "tokens that the provider told of", reply.toString());
        return new Held(200, CALLS + " requests by model, with " + tokens + " tokens written");
    }

    private long requests(Reply usage) {
        return sum(usage, "requests");
    }

    private long sum(Reply usage, String figure) {
        return usage.json()
                .path("items")
                .valueStream()
                .filter(item -> item.path("providerKeyId").asText().equals(world.providerKeyId))
                .filter(item -> item.path("model").isTextual())
                .mapToLong(item -> item.path(figure).asLong())
                .sum();
    }

    private void requireReceivedKey(List<StandIn.Call> calls) {
        require(!calls.isEmpty(), "a call at the stand-in", "none");
        StandIn.Call call = calls.getLast();
        require(
                call.authorization().equals("Bearer " + world.providerKey),
                "the stored key at the stand-in",
                call.authorization().length() + " other characters");
        require(!call.everything().contains("clk_"), "no Celune key at the stand-in", "one");
    }
}
