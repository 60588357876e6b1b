package ai.celune.egress;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Small answers of servers that the operator has named: whole, in time, and of bounded size. The JDK's own deadline ends with the head of the answer. */
public final class Fetch {
    private static final long LARGEST = 1024 * 1024;

    private Fetch() {}

    /**
     * Sends it on the thread of the caller.
     *
     * @throws IOException also for an answer that is late or larger than 1 MiB
     */
    public static HttpResponse<String> text(HttpClient client, HttpRequest request, Duration within)
            throws IOException {
        CompletableFuture<HttpResponse<String>> answer =
                client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofString(), LARGEST));
        try {
            return answer.get(within.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new IOException("no answer in time", e);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
