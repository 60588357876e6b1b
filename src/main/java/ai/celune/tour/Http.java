package ai.celune.tour;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Calls of the service as any client makes them, each with a deadline. */
final class Http implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(30);

    private final String baseUrl;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    Http(String baseUrl) {
        this.baseUrl = baseUrl;
    }

    Reply get(String path, String credential) {
        return send("GET", path, credential, null);
    }

    Reply delete(String path, String credential) {
        return send("DELETE", path, credential, null);
    }

    Reply post(String path, @Nullable String credential, JsonNode body) {
        return send("POST", path, credential, body);
    }

    /** A streamed answer whose head has arrived; the caller closes it. */
    HttpResponse<InputStream> stream(String path, String credential, JsonNode body) {
        return exchange(request("POST", path, credential, body), BodyHandlers.ofInputStream());
    }

    private Reply send(String method, String path, @Nullable String credential, @Nullable JsonNode body) {
        HttpResponse<String> response = exchange(request(method, path, credential, body), BodyHandlers.ofString());
        return new Reply(
                method + " " + path, response.statusCode(), response.headers().map(), response.body());
    }

    private HttpRequest request(String method, String path, @Nullable String credential, @Nullable JsonNode body) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(baseUrl + path))
                .timeout(ANSWER)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body.toString()));
        if (body != null) {
            builder.header("Content-Type", "application/json");
        }
        if (credential != null) {
            builder.header("Authorization", "Bearer " + credential);
        }
        return builder.build();
    }

    private <T> HttpResponse<T> exchange(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        try {
            return client.send(request, handler);
        } catch (IOException e) {
            String line = request.method() + " " + request.uri().getPath();
            throw new StepFailure(
                    line + ": expected an answer, got " + e.getClass().getSimpleName()
                            + (e.getMessage() == null ? "" : " " + e.getMessage()),
                    null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StepFailure("interrupted", null);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
