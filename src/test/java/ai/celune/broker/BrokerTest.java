package ai.celune.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.ProviderAddress;
import ai.celune.support.StandIn;
import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One call at a time: what the provider gets, what the caller gets, what the log tells. */
@QuarkusTest
class BrokerTest extends WithProvider {

    @Test
    void theProviderGetsItsKeyAndNothingOfTheCallers() {
        HttpResponse<String> answer =
                agent.send(agent.call("openai/v1/chat/completions?a=%2F&b=[1]".replace("[1]", "1"))
                        .header("Cookie", "session=abc")
                        .header("X-Forwarded-For", "10.1.2.3")
                        .header("Forwarded", "for=10.1.2.3")
                        .header("Proxy-Authorization", "Basic eDp5")
                        .header("Celune-Anything", "x")
                        .header("Via", "1.1 somewhere")
                        .header("Accept-Encoding", "gzip")
                        .header("anthropic-version", "2023-06-01")
                        .header("Idempotency-Key", "0123456789abcdef")
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString("{\"model\":\"gpt\"}")));
        assertEquals(200, answer.statusCode(), answer.body());
        assertEquals("{\"ok\":true}", answer.body());
        StandIn.Call call = provider.call();
        assertEquals("POST", call.method());
        assertEquals("/v1/chat/completions?a=%2F&b=1", call.target());
        assertEquals("{\"model\":\"gpt\"}", call.body());
        assertEquals("Bearer " + Agent.OPENAI, call.header("Authorization"));
        assertEquals("127.0.0.1:" + ProviderAddress.port(), call.header("Host"));
        assertEquals("identity", call.header("Accept-Encoding"));
        assertEquals("2023-06-01", call.header("anthropic-version"));
        assertEquals("0123456789abcdef", call.header("Idempotency-Key"));
        assertEquals("15", call.header("Content-Length"));
        for (String stripped :
                new String[] {"Cookie", "X-Forwarded-For", "Forwarded", "Proxy-Authorization", "Celune-Anything", "Via"
                }) {
            assertEquals("", call.header(stripped), stripped);
        }
        assertFalse(call.toString().contains(agent.key), "the caller's key reached the provider");
    }

    @Test
    void aCallerCannotSayWhereACallGoesOrForWhom() throws IOException {
        Map<String, String> sent = new LinkedHashMap<>();
        sent.put("Host", "evil.example");
        sent.put("Authorization", "Bearer " + agent.key);
        sent.put("Proxy-Authorization", "Basic eDp5");
        sent.put("Proxy-Connection", "keep-alive");
        sent.put("Proxy-Anything", "x");
        sent.put("Forwarded", "for=10.1.2.3;host=evil.example");
        sent.put("X-Forwarded-For", "10.1.2.3");
        sent.put("X-Forwarded-Host", "evil.example");
        sent.put("X-Forwarded-Proto", "http");
        sent.put("X-Forwarded-Port", "80");
        sent.put("X-Real-IP", "10.1.2.3");
        sent.put("X-Named", "hop");
        sent.put("Connection", "close, X-Named, Authorization");
        sent.put("X-Passes", "1");
        StringBuilder head = new StringBuilder("GET /v1/proxy/openai/v1/models HTTP/1.1\r\n");
        sent.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        try (Socket caller = new Socket(service.getHost(), service.getPort())) {
            caller.setSoTimeout(5_000);
            caller.getOutputStream().write(head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
            assertEquals(
                    "HTTP/1.1 200 OK", new String(caller.getInputStream().readNBytes(15), StandardCharsets.US_ASCII));
        }
        Map<String, String> arrived = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        StandIn.Call call = provider.call();
        call.headers().keySet().forEach(name -> arrived.put(name, call.header(name)));
        assertEquals(
                Map.of(
                        "Host",
                        "127.0.0.1:" + ProviderAddress.port(),
                        "Authorization",
                        "Bearer " + Agent.OPENAI,
                        "Accept-Encoding",
                        "identity",
                        "X-Passes",
                        "1"),
                arrived);
    }

    @Test
    void theUseIsCommittedBeforeTheCallAndItsEndFollows() {
        long[] committed = new long[1];
        long before = agent.count("provider_key.used");
        provider.does((exchange, call) -> {
            committed[0] = agent.count("provider_key.used");
            Provider.ok(exchange, call);
        });
        agent.send(agent.call("openai/v1/models").GET());
        assertEquals(before + 1, committed[0]);
        JsonNode end = agent.lastEnd();
        assertEquals("success", end.path("outcome").asText(), end.toString());
        assertEquals(200, end.path("details").path("status").asInt(), end.toString());
        assertEquals("11", end.path("details").path("bytesOut").asText(), end.toString());
        assertEquals("0", end.path("details").path("bytesIn").asText(), end.toString());
    }

    @Test
    void aTraceGoesOnToTheProviderAndStandsInTheLog() {
        String trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        agent.send(agent.call("openai/v1/models")
                .header("traceparent", trace)
                .header("tracestate", "vendor=1")
                .GET());
        assertEquals(trace, provider.call().header("traceparent"));
        assertEquals("vendor=1", provider.call().header("tracestate"));
        assertEquals(
                "4bf92f3577b34da6a3ce929d0e0e4736",
                agent.last("provider_key.used").path("traceId").asText());
    }

    @Test
    void anthropicsKeyStandsInItsOwnHeader() {
        HttpResponse<String> answer = agent.send(agent.request("/v1/proxy/anthropic/v1/models", null)
                .header("x-api-key", agent.key)
                .GET());
        assertEquals(200, answer.statusCode(), answer.body());
        assertEquals(Agent.ANTHROPIC, provider.call().header("x-api-key"));
        assertEquals("", provider.call().header("Authorization"));
    }

    @Test
    void anEchoedKeyIsRemovedFromHeadersAndBody() {
        provider.does((exchange, call) -> {
            exchange.getResponseHeaders().set("X-Echo", call.header("Authorization"));
            exchange.getResponseHeaders().set("Location", "https://evil.example/?k=" + Agent.OPENAI);
            Provider.send(
                    exchange,
                    401,
                    "{\"error\":\"bad key %s or %s\"}"
                            .formatted(
                                    Agent.OPENAI,
                                    Base64.getEncoder().encodeToString(Agent.OPENAI.getBytes(StandardCharsets.UTF_8))));
        });
        HttpResponse<String> answer = agent.send(agent.call("openai/v1/models").GET());
        assertEquals(401, answer.statusCode());
        String shown = answer.headers().map() + answer.body();
        assertFalse(shown.contains(Agent.OPENAI), shown);
        assertFalse(shown.contains(Agent.OPENAI.substring(4, 30)), shown);
        assertTrue(answer.body().startsWith("{\"error\":\"bad key ***"), answer.body());
        assertEquals("failed", agent.lastEnd().path("outcome").asText());
        assertEquals(
                "provider_status", agent.lastEnd().path("details").path("cause").asText());
    }

    @Test
    void aProvidersAnswerCannotSpeakForCelune() {
        provider.does((exchange, call) -> {
            exchange.getResponseHeaders().set("Celune-Error", "true");
            exchange.getResponseHeaders().set("Set-Cookie", "__Host-celune=stolen");
            exchange.getResponseHeaders().set("Access-Control-Allow-Origin", "*");
            exchange.getResponseHeaders().set("X-Request-Id", "req_provider");
            exchange.getResponseHeaders().set("X-Content-Type-Options", "sniff");
            Provider.ok(exchange, call);
        });
        var headers = agent.send(agent.call("openai/v1/models").GET()).headers();
        assertTrue(headers.firstValue("Celune-Error").isEmpty());
        assertTrue(headers.firstValue("Set-Cookie").isEmpty());
        assertTrue(headers.firstValue("Access-Control-Allow-Origin").isEmpty());
        assertEquals(
                "req_provider", headers.firstValue("Celune-Provider-Request-Id").orElse(""));
        assertEquals(1, headers.allValues("X-Request-Id").size());
        assertEquals("[nosniff]", headers.allValues("X-Content-Type-Options").toString());
        assertEquals("sandbox", headers.firstValue("Content-Security-Policy").orElse(""));
    }

    @ParameterizedTest
    @CsvSource({"301,GET", "302,GET", "307,GET", "308,GET", "301,POST", "302,POST", "307,POST", "308,POST"})
    void redirectsArePassedOnAndNotFollowed(int status, String method) throws IOException {
        AtomicInteger seen = new AtomicInteger();
        HttpServer elsewhere = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        elsewhere.createContext("/", exchange -> {
            seen.incrementAndGet();
            Provider.send(exchange, 200, "{}");
        });
        elsewhere.start();
        String location = "http://127.0.0.1:" + elsewhere.getAddress().getPort() + "/elsewhere";
        provider.does((exchange, call) -> {
            exchange.getResponseHeaders().set("Location", location);
            Provider.send(exchange, status, "");
        });
        HttpResponse<String> answer =
                agent.send(agent.call("openai/v1/models").method(method, BodyPublishers.ofString("{}")));
        elsewhere.stop(0);
        assertEquals(status, answer.statusCode());
        assertEquals(location, answer.headers().firstValue("Location").orElse(""));
        assertEquals(1, provider.calls().size());
        assertEquals(0, seen.get());
    }

    @Test
    void answersWithoutABodyKeepTheirForm() {
        provider.does((exchange, call) -> {
            if (call.method().equals("HEAD")) {
                exchange.getResponseHeaders().set("Content-Length", "77");
                exchange.sendResponseHeaders(200, -1);
            } else {
                exchange.sendResponseHeaders(204, -1);
            }
        });
        HttpResponse<String> head = agent.send(agent.call("openai/v1/models").HEAD());
        assertEquals(200, head.statusCode());
        assertEquals("77", head.headers().firstValue("Content-Length").orElse(""));
        HttpResponse<String> deleted =
                agent.send(agent.call("openai/v1/files/1").DELETE());
        assertEquals(204, deleted.statusCode());
        assertEquals("success", agent.lastEnd().path("outcome").asText());
        for (String method : new String[] {"PUT", "PATCH"}) {
            assertEquals(
                    204,
                    agent.send(agent.call("openai/v1/files/1").method(method, BodyPublishers.ofString("x")))
                            .statusCode());
            assertEquals(method, provider.call().method());
        }
    }
}
