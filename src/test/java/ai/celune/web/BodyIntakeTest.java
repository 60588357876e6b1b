package ai.celune.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.Actors;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Rows;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who sends slowly, or so that the end of a body is in doubt, holds nothing and changes nothing. */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class BodyIntakeTest {
    /** More than there are worker threads. */
    private static final int STALLED = 300;

    private static final String HALF = "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"name\":";

    private final URI service = URI.create(Api.baseUrl());
    private final Actors actors = new Actors();

    /** As the clients of Java and curl do where they are not told otherwise. */
    @Test
    void whoOffersHttp2IsServed() throws Exception {
        String account = "{\"name\":\"n\",\"role\":\"member\"}";
        assertEquals(201, byHttp2("/v1/service-accounts", HttpRequest.BodyPublishers.ofString(account)));
        assertEquals(400, byHttp2("/v1/service-accounts", HttpRequest.BodyPublishers.ofString("{")));
        assertEquals(413, byHttp2("/v1/service-accounts", HttpRequest.BodyPublishers.ofString("x".repeat(100_000))));
        assertEquals(
                400,
                byHttp2(
                        "/v1/service-accounts",
                        HttpRequest.BodyPublishers.ofInputStream(
                                () -> new ByteArrayInputStream(account.getBytes(StandardCharsets.UTF_8)))));
    }

    private int byHttp2(String path, HttpRequest.BodyPublisher body) throws Exception {
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
            String token = actors.owner().token();
            // The first request changes the protocol, those after it have no such beginning.
            client.send(
                    HttpRequest.newBuilder(service.resolve("/v1/settings"))
                            .header("Authorization", "Bearer " + token)
                            .build(),
                    HttpResponse.BodyHandlers.discarding());
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(service.resolve(path))
                            .header("Authorization", "Bearer " + token)
                            .header("Content-Type", "application/json")
                            .POST(body)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertEquals(HttpClient.Version.HTTP_2, answer.version());
            return answer.statusCode();
        }
    }

    @Test
    @Tag("long")
    void bodiesThatStopComingHoldNoWorkerAndAreRefused() throws IOException {
        String token = actors.owner().token();
        Map<String, String> before = Rows.stored();
        List<Socket> stalled = new ArrayList<>();
        try {
            for (int i = 0; i < STALLED; i++) {
                stalled.add(send(token, HALF));
            }
            long started = System.nanoTime();
            assertEquals(200, Api.get("/v1/settings", token).status());
            Duration took = Duration.ofNanos(System.nanoTime() - started);
            assertTrue(took.toMillis() < 2_000, "answered after " + took);
            assertEquals("408", status(stalled.getLast()));
            assertEquals(-1, drained(stalled.getLast()));
        } finally {
            for (Socket socket : stalled) {
                socket.close();
            }
        }
        assertEquals(before, Rows.stored());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"gzip", "gzip, chunked", "chunked, chunked", "identity", "chunked\r\nTransfer-Encoding: chunked"
            })
    void aTransferCodingThatHidesTheEndOfTheBodyEndsTheConnection(String coding) throws IOException {
        String token = actors.owner().token();
        Map<String, String> before = Rows.stored();
        String smuggled = "0\r\n\r\nPATCH /v1/settings HTTP/1.1\r\nHost: celune\r\nAuthorization: Bearer " + token
                + "\r\nContent-Type: application/json\r\nContent-Length: 19\r\n\r\n{\"name\":\"smuggled\"}";
        try (Socket caller = send(token, "Transfer-Encoding: " + coding + "\r\n\r\n" + smuggled)) {
            assertEquals("400", status(caller));
            assertEquals(-1, drained(caller));
        }
        assertEquals(before, Rows.stored());
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/service-accounts, Content-Length: 40000000",
        "/v1/service-accounts, Content-Length: 900000000000000000",
        "/v1/service-accounts, Transfer-Encoding: chunked",
        "/v1/proxy/openai/v1/files, Content-Length: 40000000",
        "/v1/proxy/openai/v1/files, Content-Length: 900000000000000000",
        "/v1/proxy/openai/v1/files, Transfer-Encoding: chunked"
    })
    void aBodyOfAnySizeThatIsTooLargeGetsAProblemDocument(String path, String framing) throws IOException {
        String token = Actors.newWorkspace().token();
        Api.post("/v1/provider-keys", token, Map.of("provider", "openai", "name", "test", "key", "sk-0123456789"))
                .require(201);
        Map<String, String> before = Rows.stored();
        String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
        try (ServerSocket provider = new ServerSocket(ProviderAddress.port(), 5, InetAddress.getLoopbackAddress());
                Socket caller = send(path, token, "Content-Type: application/json\r\n" + framing + "\r\n\r\n")) {
            if (framing.startsWith("Transfer-Encoding")) {
                // One more than the broker takes of the test's provider, which listens and says nothing.
                caller.getOutputStream().write(chunk.repeat(17).getBytes(StandardCharsets.US_ASCII));
            }
            String answer = head(caller);
            assertTrue(answer.startsWith("http/1.1 413 "), answer + provider);
            assertTrue(answer.contains("content-type: application/problem+json"), answer);
            assertEquals(path.startsWith("/v1/proxy/"), answer.contains("celune-error: true"), answer);
        }
        assertEquals(before, Rows.stored());
    }

    /** Case 34; a key of any length is refused by its form alone, one that no header has room for by its length. */
    @ParameterizedTest
    @ValueSource(strings = {"20000", "10000000", "NUL"})
    void aCredentialThatCannotBeOneHarmsNobody(String length) throws IOException {
        String credential = length.equals("NUL") ? "clk_live_\0" : "A".repeat(Integer.parseInt(length));
        String answer;
        try (Socket caller = send("/v1/settings", credential, "Content-Length: 0\r\n\r\n")) {
            byte[] line = caller.getInputStream().readNBytes(12);
            answer = line.length < 12 ? "closed" : new String(line, 9, 3, StandardCharsets.US_ASCII);
        } catch (IOException e) {
            // In the middle of what was being sent.
            answer = "closed";
        }
        assertTrue(Set.of("400", "401", "431", "closed").contains(answer), answer);
        assertEquals(200, Api.get("/v1/settings", actors.owner().token()).status());
    }

    private static String head(Socket caller) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) caller.getInputStream().readNBytes(1)[0]);
        }
        return head.toString().toLowerCase(Locale.ROOT);
    }

    private Socket send(String token, String rest) throws IOException {
        return send("/v1/service-accounts", token, rest);
    }

    private Socket send(String path, String token, String rest) throws IOException {
        Socket caller = new Socket(service.getHost(), service.getPort());
        caller.setSoTimeout(15_000);
        caller.getOutputStream()
                .write(("POST " + path + " HTTP/1.1\r\nHost: celune\r\nAuthorization: Bearer " + token + "\r\n" + rest)
                        .getBytes(StandardCharsets.UTF_8));
        return caller;
    }

    private static String status(Socket caller) throws IOException {
        String line = new String(caller.getInputStream().readNBytes(12), StandardCharsets.UTF_8);
        return line.substring(line.length() - 3);
    }

    /** Reads to the end of the connection. */
    private static int drained(Socket caller) throws IOException {
        int last;
        do {
            last = caller.getInputStream().read(new byte[4096]);
        } while (last > 0);
        return last;
    }
}
