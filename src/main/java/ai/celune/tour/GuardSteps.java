package ai.celune.tour;

import static ai.celune.tour.StepFailure.require;

import ai.celune.tour.Steps.Held;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What is refused: a scope too few, a request too many, a key that is gone. */
final class GuardSteps {
    private static final int READS_PER_MINUTE = 60;
    private static final int STREAM_END_SECONDS = 5;

    private final World world;

    GuardSteps(World world) {
        this.world = world;
    }

    Held missingScope() {
        World.ApiKey reader =
                world.createApiKey("tour-reader", List.of("provider-keys:read"), List.of(world.providerKeyId));
        int before = received();
        world.http
                .post(BrokerSteps.PATH, reader.key(), World.chat(world.model(), false))
                .expectProblem(403, "permission_denied");
        require(received() == before, "no call at the provider", "one");
        return new Held(403, "a key without provider-keys:use may not use one");
    }

    Held rateLimit() {
        World.ApiKey eager = world.createApiKey("tour-eager", List.of("provider-keys:read"), List.of());
        for (int i = 1; i <= READS_PER_MINUTE; i++) {
            Reply reply = world.http.get("/v1/me", eager.key());
            require(reply.status() == 200, "200 for request " + i, reply.toString());
        }
        Reply refused = world.http.get("/v1/me", eager.key()).expectProblem(429, "rate_limited");
        String wait = refused.header("retry-after");
        require(wait.matches("[1-9][0-9]*"), "Retry-After of a second or more", "'" + wait + "'");
        return new Held(429, "request " + (READS_PER_MINUTE + 1) + " waits " + wait + " s");
    }

    Held revoke() {
        HttpResponse<InputStream> open = world.http.stream(
                BrokerSteps.PATH,
                world.agent.key(),
                World.chat(world.standIn == null ? world.model() : StandIn.ENDLESS_MODEL, true));
        require(open.statusCode() == 200, "an open stream", "status " + open.statusCode());
        try (InputStream stream = open.body()) {
            require(stream.read() >= 0, "a first byte of the stream", "its end");
            Future<?> ended = CompletableFuture.runAsync(() -> drain(stream));
            world.http.delete("/v1/api-keys/" + world.agent.id(), world.token).expect(204);
            world.http.get("/v1/me", world.agent.key()).expect(401);
            long revoked = System.nanoTime();
            await(ended, "the open stream to end");
            long ms = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - revoked);
            if (world.standIn != null) {
                await(world.standIn.endlessEnded(), "the call to the provider to end");
            }
            return new Held(401, "the next call was refused, the open stream ended " + ms + " ms later");
        } catch (IOException e) {
            throw new StepFailure("expected a first byte of the stream, got " + e.getMessage(), 200);
        }
    }

    private int received() {
        return world.standIn == null ? 0 : world.standIn.calls().size();
    }

    /** An end and an abort are both ends. */
    private static void drain(InputStream stream) {
        try {
            stream.transferTo(java.io.OutputStream.nullOutputStream());
        } catch (IOException e) {
            return;
        }
    }

    private static void await(Future<?> end, String what) {
        try {
            end.get(STREAM_END_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new StepFailure("expected " + what + " within " + STREAM_END_SECONDS + " s, got it still open", null);
        } catch (ExecutionException e) {
            throw new StepFailure("expected " + what + ", got " + e.getCause(), null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StepFailure("interrupted", null);
        }
    }
}
