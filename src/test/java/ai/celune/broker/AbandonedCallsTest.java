package ai.celune.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.identity.Layers;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Callers who go away at any moment of their call do no harm to the calls of others, which share connections to the provider with them. A race of
 * threads: with connections reset without {@link Exchange} most runs are red.
 */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
@TestProfile(Layers.class)
class AbandonedCallsTest {
    private static final int EACH = 6;
    private static final int CALLS = 30;
    /** Between two calls of one who leaves: more of them than are served would leave before theirs is sent on. */
    private static final int PAUSE_MILLIS = 50;

    @TestHTTPResource
    URI service;

    @Test
    @Tag("long")
    void whoStaysIsServed() throws Exception {
        Agent agent = Agent.of(service);
        String leaver = agent.apiKey(List.of("provider-keys:use"), List.of(agent.openaiKey))
                .path("key")
                .asText();
        long seed = System.nanoTime();
        Map<String, Integer> answers = new TreeMap<>();
        AtomicBoolean running = new AtomicBoolean(true);
        AtomicInteger abandoned = new AtomicInteger();
        int seen;
        try (Provider provider = Provider.start()) {
            List<Thread> leaving = new ArrayList<>();
            for (int i = 0; i < EACH; i++) {
                Random random = new Random(seed + i);
                leaving.add(Thread.ofVirtual().start(() -> {
                    while (running.get()) {
                        abandon(leaver, random);
                        abandoned.incrementAndGet();
                        sleep(PAUSE_MILLIS);
                    }
                }));
            }
            List<Thread> staying = new ArrayList<>();
            for (int i = 0; i < EACH; i++) {
                staying.add(Thread.ofVirtual().start(() -> {
                    for (int call = 0; call < CALLS; call++) {
                        HttpResponse<String> answer = agent.send(agent.call("openai/v1/stay")
                                .POST(HttpRequest.BodyPublishers.ofString("{\"stay\":true}")));
                        synchronized (answers) {
                            answers.merge(answer.statusCode() == 200 ? "200" : answer.body(), 1, Integer::sum);
                        }
                    }
                }));
            }
            for (Thread caller : staying) {
                caller.join();
            }
            running.set(false);
            for (Thread caller : leaving) {
                caller.join();
            }
            seen = provider.calls().size();
        }
        assertTrue(abandoned.get() > CALLS, "calls abandoned");
        assertEquals(Map.of("200", EACH * CALLS), answers, "seed " + seed);
        assertTrue(seen > EACH * CALLS, "calls of those who leave arrive, too");
    }

    /** Sends some of a call, and closes the connection some time later. */
    private void abandon(String key, Random random) {
        byte[] call = ("POST /v1/proxy/openai/v1/leave HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key
                        + "\r\nContent-Length: 15\r\n\r\n{\"leave\":false}")
                .getBytes(StandardCharsets.US_ASCII);
        try (Socket socket = new Socket(service.getHost(), service.getPort())) {
            int sent = random.nextInt(4) == 0 ? call.length - 1 - random.nextInt(14) : call.length;
            socket.getOutputStream().write(call, 0, sent);
            socket.setSoLinger(random.nextBoolean(), 0);
            sleep(random.nextInt(25));
        } catch (IOException e) {
            // The service may have closed it first.
        }
    }

    private static void sleep(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
