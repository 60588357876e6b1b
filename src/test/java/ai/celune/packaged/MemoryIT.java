package ai.celune.packaged;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.PostgresResource;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * What the memory of the service holds of a provider's key once the requests that carried it have ended: nothing that is reachable on the heap
 * (R13, R39; case 15). The test is another process, so its own copies do not count. Not covered is what nobody refers to any more: collected
 * arrays of the HTTP stack and its buffers outside the heap are overwritten when they are used again.
 */
class MemoryIT {
    private static final Charset CHARS = StandardCharsets.UTF_16BE;

    private static final String MARKER = "a-value-that-the-service-keeps";

    private final Map<String, String> values = new LinkedHashMap<>();

    @Test
    void noProviderKeyStaysOnTheHeap() throws Exception {
        HttpServer provider = echo();
        String url = "http://127.0.0.1:" + provider.getAddress().getPort();
        try (Service service = Service.onFreshDatabase("memory", url)) {
            service.set("celune.test.marker", MARKER).start();
            use(service, service.signUp(PostgresResource.BOOTSTRAP_CODE), url);
            Path dump = dump(service);
            assertEquals(List.of(), found(dump));
            Files.delete(dump);
        } finally {
            provider.stop(0);
        }
    }

    /** Sends keys to be stored, replaced, refused and used. */
    private void use(Service service, String owner, String url) throws Exception {
        String keys = "/v1/provider-keys";
        String openai = service.require(
                        201, "POST", keys, owner, key("\"provider\":\"openai\",\"name\":\"k\",", "stored"))
                .get("id")
                .asText();
        String custom = "\"provider\":\"custom\",\"name\":\"k\",\"baseUrl\":\"" + url + "\",\"header\":\"X-Key\",";
        service.require(201, "POST", keys, owner, key(custom, "custom"));
        String agent = service.require(
                        201,
                        "POST",
                        "/v1/api-keys",
                        owner,
                        "{\"name\":\"a\",\"scopes\":[\"provider-keys:use\"],\"bindings\":[\"" + openai + "\"]}")
                .get("key")
                .asText();
        call(200, service, "POST", "/v1/proxy/openai/v1/echo", agent, "{}");
        call(200, service, "PUT", keys + "/" + openai + "/value", owner, key("", "replacement"));
        for (int i = 0; i < 20; i++) {
            call(200, service, "POST", "/v1/proxy/openai/v1/echo", agent, "{}");
            call(502, service, "POST", "/v1/proxy/openai/v1/break", agent, "{}");
        }
        String first = "{\"provider\":\"openai\",\"name\":\"k\",";
        call(400, service, "POST", keys, owner, key("\"surprise\":1,", "refused for an unknown field before"));
        call(400, service, "POST", keys, owner, key("", "refused for a missing field"));
        call(400, service, "POST", keys, owner, first + "\"key\":[\"" + value("refused as a list") + "\"]}");
        call(400, service, "POST", keys, owner, first + "\"key\":\"" + value("refused as malformed") + "\"");
        call(400, service, "POST", keys, owner, first + "\"key\":" + value("refused without quotes") + "}");
        String idempotent = key("\"provider\":\"openai\",\"name\":\"k\",", "stored idempotently");
        for (int i = 0; i < 2; i++) {
            assertEquals(
                    201,
                    service.call("POST", keys, owner, idempotent, "Idempotency-Key", "a-key-of-16-characters")
                            .statusCode());
        }
    }

    private String key(String fields, String kind) {
        return "{" + fields + "\"key\":\"" + value(kind) + "\"}";
    }

    private String value(String kind) {
        return values.computeIfAbsent(kind, name -> "sk-memory-" + Long.toHexString(System.nanoTime()) + "-canary");
    }

    private static void call(int expected, Service service, String method, String path, String token, String body)
            throws Exception {
        var answer = service.call(method, path, token, body);
        assertEquals(expected, answer.statusCode(), path + " " + answer.body());
    }

    /** Reachable objects only: jcmd collects the garbage first. */
    private static Path dump(Service service) throws Exception {
        Path file = Path.of("target", "memory.hprof").toAbsolutePath();
        Files.deleteIfExists(file);
        Process jcmd = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/jcmd",
                        Long.toString(service.pid()),
                        "GC.heap_dump",
                        file.toString())
                .inheritIO()
                .start();
        assertTrue(jcmd.waitFor(60, TimeUnit.SECONDS) && jcmd.exitValue() == 0, "jcmd");
        return file;
    }

    private List<String> found(Path dump) throws IOException {
        String memory = new String(Files.readAllBytes(dump), StandardCharsets.ISO_8859_1);
        assertTrue(memory.contains(MARKER), "what is known to be on the heap");
        List<String> found = new ArrayList<>();
        values.forEach((kind, value) -> {
            if (memory.contains(value)) {
                found.add(kind + " as bytes");
            }
            if (memory.contains(new String(value.getBytes(CHARS), StandardCharsets.ISO_8859_1))) {
                found.add(kind + " as characters");
            }
        });
        return found;
    }

    /** Gives the credential back, or breaks the connection. */
    private static HttpServer echo() throws IOException {
        HttpServer provider = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        provider.createContext("/", exchange -> {
            try (exchange) {
                exchange.getRequestBody().readAllBytes();
                if (exchange.getRequestURI().getPath().endsWith("/echo")) {
                    byte[] answer = exchange.getRequestHeaders()
                            .getFirst("Authorization")
                            .getBytes(StandardCharsets.US_ASCII);
                    exchange.sendResponseHeaders(200, answer.length);
                    exchange.getResponseBody().write(answer);
                }
            }
        });
        provider.setExecutor(Executors.newCachedThreadPool());
        provider.start();
        return provider;
    }
}
