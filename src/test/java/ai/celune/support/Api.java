package ai.celune.support;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/** Calls of the service under test over a real connection, as any client makes them. */
public final class Api {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    private Api() {}

    public static Reply get(String path, @Nullable String token) {
        return send("GET", path, token, null);
    }

    public static Reply post(String path, @Nullable String token, Object body, String... headers) {
        return send("POST", path, token, body, headers);
    }

    public static Reply put(String path, @Nullable String token, Object body, String... headers) {
        return send("PUT", path, token, body, headers);
    }

    public static Reply patch(String path, @Nullable String token, Object body, String... headers) {
        return send("PATCH", path, token, body, headers);
    }

    public static Reply delete(String path, @Nullable String token) {
        return send("DELETE", path, token, null);
    }

    /**
     * Any call; fails when its answer is not in the OpenAPI document.
     *
     * @param body bytes and text are sent as they are, anything else as JSON; null for none
     * @param headers name, value, name, value; a Content-Type replaces {@code application/json}
     */
    public static Reply send(
            String method, String path, @Nullable String token, @Nullable Object body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(baseUrl() + path))
                .timeout(Duration.ofSeconds(30))
                .method(method, publisher(body));
        if (body != null && !List.of(headers).contains("Content-Type")) {
            request.header("Content-Type", "application/json");
        }
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            var response = CLIENT.send(request.build(), BodyHandlers.ofString());
            Reply reply = new Reply(method + " " + path, response.statusCode(), response.headers(), response.body());
            ApiDocument.require(method, path, reply);
            return reply;
        } catch (IOException e) {
            throw new UncheckedIOException(method + " " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Makes equal calls that all start at once and returns their answers. */
    public static List<Reply> atOnce(int times, Callable<Reply> call) {
        List<Callable<Reply>> calls = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            calls.add(call);
        }
        return atOnce(calls);
    }

    /** Makes calls that all start at once and returns their answers in the same order. */
    public static List<Reply> atOnce(List<Callable<Reply>> calls) {
        CountDownLatch start = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Reply>> running = new ArrayList<>();
            for (Callable<Reply> call : calls) {
                running.add(threads.submit(() -> {
                    start.await();
                    return call.call();
                }));
            }
            start.countDown();
            List<Reply> replies = new ArrayList<>();
            for (Future<Reply> reply : running) {
                replies.add(reply.get());
            }
            return replies;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
    }

    public static JsonNode parse(String text) {
        try {
            return text.isEmpty() ? MissingNode.getInstance() : JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + text, e);
        }
    }

    public static String baseUrl() {
        return ConfigProvider.getConfig().getValue("test.url", String.class);
    }

    private static BodyPublisher publisher(@Nullable Object body) {
        try {
            return switch (body) {
                case null -> BodyPublishers.noBody();
                case byte[] bytes -> BodyPublishers.ofByteArray(bytes);
                case String text -> BodyPublishers.ofString(text);
                default -> BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body));
            };
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
