package ai.celune.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.Actors;
import ai.celune.support.Rows;
import ai.celune.support.ServerCertificate;
import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpsServer;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Celune does not do, and that it says so itself: nothing of it reaches a provider. */
@QuarkusTest
class BrokerRefusalTest extends WithProvider {

    private void assertRefused(int status, String code, HttpRequest.Builder request) {
        HttpResponse<String> answer = agent.send(request);
        assertEquals(status, answer.statusCode(), answer.body());
        assertEquals(code, Agent.json(answer).path("code").asText(), answer.body());
        assertEquals("true", answer.headers().firstValue("Celune-Error").orElse(""), answer.body());
        assertEquals(
                "application/problem+json",
                answer.headers().firstValue("Content-Type").orElse(""));
    }

    @Test
    void aCallerWithoutCredentialOrPermissionIsRefused() {
        assertRefused(401, "unauthenticated", agent.request("/v1/proxy/openai/v1/models", null));
        assertRefused(401, "unauthenticated", agent.request("/v1/proxy/openai/v1/models", "nonsense"));
        String reader = agent.apiKey(List.of("provider-keys:read"), List.of(agent.openaiKey))
                .path("key")
                .asText();
        assertRefused(403, "permission_denied", agent.request("/v1/proxy/openai/v1/models", reader));
        assertTrue(provider.calls().isEmpty());
    }

    @Test
    void aKeyMayUseOnlyWhatItIsBoundTo() {
        String other = agent.storeKey("openai", "sk-another-0123456789");
        String unbound = agent.apiKey(List.of("provider-keys:use"), List.of())
                .path("key")
                .asText();
        String both = agent.apiKey(List.of("provider-keys:use"), List.of(agent.openaiKey, other))
                .path("key")
                .asText();
        String models = "/v1/proxy/openai/v1/models";
        assertRefused(409, "provider_key_missing", agent.request(models, unbound));
        assertRefused(
                403,
                "permission_denied",
                agent.request(models, unbound).header("Celune-Provider-Key", agent.openaiKey));
        assertRefused(400, "provider_key_ambiguous", agent.request(models, both));
        assertRefused(
                404,
                "not_found",
                agent.request(models, both).header("Celune-Provider-Key", "01890000-0000-7000-8000-000000000000"));
        assertRefused(400, "invalid_request", agent.request(models, both).header("Celune-Provider-Key", "nonsense"));
        assertTrue(provider.calls().isEmpty());
        assertEquals(
                200,
                agent.send(agent.request(models, both).header("Celune-Provider-Key", other))
                        .statusCode());
        assertEquals("Bearer sk-another-0123456789", provider.call().header("Authorization"));
        agent.delete("/v1/provider-keys/" + other);
    }

    @Test
    void oddTargetsAndMethodsAreRefused() {
        assertRefused(404, "not_found", agent.call("nowhere/v1/models"));
        assertRefused(400, "invalid_request", agent.call("openai/v1/%2e%2e/secret"));
        assertRefused(400, "invalid_request", agent.call("openai/v1//models"));
        assertRefused(400, "invalid_request", agent.call("../provider-keys"));
        assertRefused(403, "permission_denied", agent.call("openai/v2/models"));
        assertRefused(403, "permission_denied", agent.call("openai"));
        assertRefused(
                405, "method_not_allowed", agent.call("openai/v1/models").method("OPTIONS", BodyPublishers.noBody()));
        assertTrue(provider.calls().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "openai/v1/x#@evil",
                "openai/v1/..\\x",
                "openai/v1/%2f",
                "openai/v1/%0d%0aHost:x",
                "openai@evil/x",
            })
    void aTargetThatTwoCouldReadDifferentlyIsRefusedAsItStandsOnTheWire(String target) throws IOException {
        try (Socket caller = new Socket(service.getHost(), service.getPort())) {
            caller.setSoTimeout(5_000);
            caller.getOutputStream()
                    .write(("GET /v1/proxy/" + target + " HTTP/1.1\r\nHost: celune\r\nAuthorization: Bearer "
                                    + agent.key + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            String status = new String(caller.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
            assertTrue(List.of("HTTP/1.1 400", "HTTP/1.1 404").contains(status), status);
        }
        assertEquals(List.of(), provider.calls());
    }

    @Test
    void aProviderThatIsNotThereIs502AndTheUseEnds() {
        provider.close();
        assertRefused(502, "provider_unreachable", agent.call("openai/v1/models"));
        assertEquals(
                "provider_unreachable",
                agent.lastEnd().path("details").path("cause").asText());
        provider = Provider.start();
    }

    @Test
    void aProviderThatSaysNothingIs504() {
        CountDownLatch refused = new CountDownLatch(1);
        provider.does((exchange, call) -> refused.await());
        try {
            assertRefused(504, "provider_timeout", agent.call("openai/v1/models"));
        } finally {
            refused.countDown();
        }
        assertEquals(
                "provider_timeout",
                agent.lastEnd().path("details").path("cause").asText());
    }

    @Test
    void aBodyThatIsTooLargeIsRefusedDeclaredOrNot() {
        byte[] large = new byte[1024 * 1024 + 1];
        assertRefused(413, "body_too_large", agent.call("openai/v1/files").POST(BodyPublishers.ofByteArray(large)));
        assertTrue(provider.calls().isEmpty());
        assertRefused(
                413,
                "body_too_large",
                agent.call("openai/v1/files")
                        .POST(BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(large))));
        assertTrue(provider.calls().isEmpty());
        assertEquals(
                "body_too_large", agent.lastEnd().path("details").path("cause").asText());
    }

    @Test
    void aRevokedKeyIsRefusedOnItsNextCall() {
        JsonNode created = agent.apiKey(List.of("provider-keys:use"), List.of(agent.openaiKey));
        String key = created.path("key").asText();
        assertEquals(
                200,
                agent.send(agent.request("/v1/proxy/openai/v1/models", key)).statusCode());
        agent.revoke(created.path("id").asText());
        assertEquals(
                401,
                agent.send(agent.request("/v1/proxy/openai/v1/models", key)).statusCode());
        assertEquals(1, provider.calls().size());
    }

    @Test
    void aConnectionServesFurtherCallsAfterARefusal() throws Exception {
        String call = "GET /v1/proxy/%s HTTP/1.1\r\nHost: celune\r\nAuthorization: Bearer " + agent.key + "\r\n\r\n";
        try (Socket caller = new Socket(service.getHost(), service.getPort())) {
            caller.setSoTimeout(5_000);
            InputStream in = caller.getInputStream();
            caller.getOutputStream()
                    .write((call.formatted("nowhere/x") + call.formatted("openai/v1/models"))
                            .getBytes(StandardCharsets.UTF_8));
            StringBuilder seen = new StringBuilder();
            while (seen.indexOf("{\"ok\":true}") < 0) {
                seen.append(new String(new byte[] {(byte) in.read()}, StandardCharsets.US_ASCII));
            }
            assertTrue(seen.toString().startsWith("HTTP/1.1 404"), seen.toString());
        }
    }

    @Test
    void aCertificateThatNobodyVouchesForIsRefusedBeforeAnythingIsSent() throws Exception {
        AtomicInteger seen = new AtomicInteger();
        HttpsServer secure = SelfSigned.server(ServerCertificate.create("localhost"), exchange -> {
            seen.incrementAndGet();
            Provider.send(exchange, 200, "{}");
        });
        String custom = agent.post(
                        "/v1/provider-keys",
                        agent.owner,
                        "{\"provider\":\"custom\",\"name\":\"tls\",\"key\":\"secret-0123456789\",\"baseUrl\":\"https://localhost:%d\"}"
                                .formatted(secure.getAddress().getPort()))
                .path("id")
                .asText();
        String key = agent.apiKey(List.of("provider-keys:use"), List.of(custom))
                .path("key")
                .asText();
        assertRefused(502, "provider_unreachable", agent.request("/v1/proxy/custom/v1/models", key));
        assertEquals(0, seen.get());
        secure.stop(0);
    }

    @Test
    void aStoredHeaderThatDecidesAboutTheRequestIsNotSent() {
        String changed = agent.storeKey("openai", "sk-framing-0123456789");
        Rows.update("update provider_key set header = 'Transfer-Encoding' where id = ?::uuid", changed);
        String key = agent.apiKey(List.of("provider-keys:use"), List.of(changed))
                .path("key")
                .asText();
        assertRefused(409, "conflict", agent.request("/v1/proxy/openai/v1/models", key));
        assertTrue(provider.calls().isEmpty());
        agent.delete("/v1/provider-keys/" + changed);
    }

    @Test
    void anotherWorkspacesKeyDoesNotExist() {
        String stranger = Actors.newWorkspace().token();
        long uses = agent.count("provider_key.used");
        HttpRequest.Builder foreign =
                agent.request("/v1/proxy/openai/v1/models", stranger).header("Celune-Provider-Key", agent.openaiKey);
        assertRefused(404, "not_found", foreign);
        assertRefused(409, "provider_key_missing", agent.request("/v1/proxy/openai/v1/models", stranger));
        assertEquals(uses, agent.count("provider_key.used"));
        assertTrue(provider.calls().isEmpty());
    }
}
