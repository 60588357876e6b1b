package ai.celune.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsServer;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.ExtendedSSLSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a call really goes: to a checked address of the stored name, and only to who proves that name (cases 21, 22, 26). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class DestinationTest {
    @TestHTTPResource
    URI service;

    @Inject
    TestNames names;

    private final Queue<String> servedNames = new ConcurrentLinkedQueue<>();
    private final Queue<String> servedHosts = new ConcurrentLinkedQueue<>();
    private Agent agent;
    private HttpsServer server;

    @BeforeEach
    void start() throws Exception {
        agent = Agent.of(service);
        server = SelfSigned.server(ProviderAddress.certificate(), exchange -> {
            ExtendedSSLSession session = (ExtendedSSLSession) ((HttpsExchange) exchange).getSSLSession();
            servedNames.add(session.getRequestedServerNames().toString());
            servedHosts.add(exchange.getRequestHeaders().getFirst("Host"));
            Provider.send(exchange, 200, "{\"ok\":true}");
            exchange.close();
        });
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private String origin(String host) {
        return "https://" + host + ":" + server.getAddress().getPort();
    }

    private HttpResponse<String> call(String key) {
        return agent.send(agent.request("/v1/proxy/custom/v1/models", key));
    }

    private void assertRefused(int status, String code, HttpResponse<String> answer) {
        assertEquals(status, answer.statusCode(), answer.body());
        assertEquals(code, Agent.json(answer).path("code").asText(), answer.body());
        JsonNode end = agent.lastEnd();
        assertEquals("failed", end.path("outcome").asText());
        assertEquals(code, end.path("details").path("cause").asText());
    }

    @Test
    void aTrustedCertificateForTheRightNameIsAccepted() {
        names.tell(ProviderAddress.SECURE_HOST, "127.0.0.1");
        HttpResponse<String> answer = call(agent.customKey(origin(ProviderAddress.SECURE_HOST)));
        assertEquals("{\"ok\":true}", answer.body());
        assertEquals(
                List.of("[type=host_name (0), value=" + ProviderAddress.SECURE_HOST + "]"), List.copyOf(servedNames));
        assertEquals(
                List.of(ProviderAddress.SECURE_HOST + ":" + server.getAddress().getPort()), List.copyOf(servedHosts));
    }

    @Test
    void aTrustedCertificateForAnotherNameIsRefused() {
        names.tell("other.provider.test", "127.0.0.1");
        assertRefused(502, "provider_unreachable", call(agent.customKey(origin("other.provider.test"))));
        assertEquals(List.of(), List.copyOf(servedNames));
    }

    @Test
    void theCheckedAddressIsDialledHoweverTheNameResolvesLater() {
        AtomicInteger asked = new AtomicInteger();
        names.tell(
                ProviderAddress.SECURE_HOST,
                () -> List.of(InetAddress.ofLiteral(asked.getAndIncrement() == 0 ? "127.0.0.1" : "10.0.0.1")));
        String key = agent.customKey(origin(ProviderAddress.SECURE_HOST));
        assertEquals(200, call(key).statusCode());
        assertEquals(1, asked.get());
        assertRefused(502, "provider_address_refused", call(key));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1",
                "192.168.1.1",
                "169.254.169.254",
                "::ffff:169.254.169.254",
                "fd00:ec2::254",
                "100.64.0.1"
            })
    void aNameOfAPrivateAddressIsRefused(String address) {
        names.tell("private.provider.test", address);
        long before = agent.count("provider_key.used");
        assertRefused(502, "provider_address_refused", call(agent.customKey(origin("private.provider.test"))));
        assertEquals(before + 1, agent.count("provider_key.used"));
    }

    @Test
    void aRefusedAddressIsNotDialled() throws Exception {
        // Linux leads a connection to 0.0.0.0 to this machine, so that a dial would be seen.
        names.tell("zero.provider.test", "0.0.0.0");
        try (ServerSocket seen = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            String key = agent.customKey("https://zero.provider.test:" + seen.getLocalPort());
            assertRefused(502, "provider_address_refused", call(key));
            seen.setSoTimeout(300);
            assertThrows(SocketTimeoutException.class, seen::accept);
        }
    }

    @Test
    void oneRefusedAddressAmongOthersRefusesTheName() {
        names.tell("mixed.provider.test", "127.0.0.1", "10.0.0.1");
        assertRefused(502, "provider_address_refused", call(agent.customKey(origin("mixed.provider.test"))));
        assertEquals(List.of(), List.copyOf(servedHosts));
    }

    @Test
    void aNameThatTakesTooLongIs504() {
        CountDownLatch over = new CountDownLatch(1);
        names.tell("slow.provider.test", () -> {
            try {
                over.await();
                return List.of(InetAddress.ofLiteral("127.0.0.1"));
            } catch (InterruptedException e) {
                throw new UnknownHostException("interrupted");
            }
        });
        try {
            assertRefused(504, "provider_timeout", call(agent.customKey(origin("slow.provider.test"))));
        } finally {
            over.countDown();
        }
        assertEquals(List.of(), List.copyOf(servedHosts));
    }

    @Test
    void aNameWithoutAnAddressIs502() {
        assertRefused(502, "provider_unreachable", call(agent.customKey(origin("nowhere.provider.test"))));
    }
}
