package ai.celune.packaged;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.PostgresResource;
import ai.celune.support.TestVault;
import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
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
        examine("memory", 20, service -> {});
    }

    @Test
    void noProviderKeyFromVaultStaysOnTheHeapAfterAThousandUses() throws Exception {
        examine(
                "memory-vault",
                1_000,
                service -> service.withVault(TestVault.running().properties()));
    }

    private void examine(String name, int uses, Consumer<Service> settings) throws Exception {
        HttpServer provider = echo();
        String url = "http://127.0.0.1:" + provider.getAddress().getPort();
        try (Service service = Service.onFreshDatabase(name, url)) {
            settings.accept(service);
            service.set("celune.test.marker", MARKER).start();
            use(service, service.signUp(PostgresResource.BOOTSTRAP_CODE), url, uses);
            Path dump = dump(service);
            assertEquals(List.of(), found(dump));
            Files.delete(dump);
        } finally {
            provider.stop(0);
        }
    }

    /** Sends keys to be stored, replaced, refused and used. */
    private void use(Service service, String owner, String url, int uses) throws Exception {
        String keys = "/v1/provider-keys";
        String openai = service.require(
                        201, "POST", keys, owner, key("\"provider\":\"openai\",\"name\":\"k\",", "stored"))
                .get("id")
                .asText();
        String custom = "\"provider\":\"custom\",\"name\":\"k\",\"baseUrl\":\"" + url + "\",\"header\":\"X-Key\",";
        service.require(201, "POST", keys, owner, key(custom, "custom"));
        String agent = service.apiKey(owner, List.of("provider-keys:use"), openai)
                .get("key")
                .asText();
        call(200, service, "POST", "/v1/proxy/openai/v1/echo", agent, "{}");
        call(200, service, "PUT", keys + "/" + openai + "/value", owner, key("", "replacement"));
        for (int i = 0; i < uses; i++) {
            call(200, service, "POST", "/v1/proxy/openai/v1/echo", agent, "{}");
        }
        for (int i = 0; i < 20; i++) {
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
        cover(service, owner, agent);
    }

    /** A connection's buffer keeps the last message until the next one, so the last message of each is one of no account. */
    private static void cover(Service service, String owner, String agent) throws Exception {
        String nothing = "of-no-account-".repeat(40);
        String keys = "/v1/provider-keys";
        service.require(
                201, "POST", keys, owner, "{\"provider\":\"anthropic\",\"name\":\"c\",\"key\":\"" + nothing + "\"}");
        for (JsonNode key : service.require(200, "GET", keys, owner, null).get("items")) {
            call(
                    200,
                    service,
                    "PUT",
                    keys + "/" + key.get("id").asText() + "/value",
                    owner,
                    "{\"key\":\"" + nothing + "\"}");
        }
        List<Callable<Integer>> uses = Collections.nCopies(
                200,
                () -> service.call("POST", "/v1/proxy/openai/v1/echo", agent, "{}")
                        .statusCode());
        try (ExecutorService callers = Executors.newFixedThreadPool(16)) {
            for (Future<Integer> use : callers.invokeAll(uses)) {
                assertEquals(200, use.get());
            }
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
            for (int before = 0; before < 3; before++) {
                if (memory.contains(base64(value, before))) {
                    found.add(kind + " as base64");
                }
            }
        });
        return found;
    }

    /** What base64 makes of the value's whole groups when so many of its bytes belong to the group before. */
    private static String base64(String value, int before) {
        byte[] bytes = value.substring(before, before + (value.length() - before) / 3 * 3)
                .getBytes(StandardCharsets.US_ASCII);
        return Base64.getEncoder().encodeToString(bytes);
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
