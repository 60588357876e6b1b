package ai.celune.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.Fuzz;
import io.vertx.core.MultiMap;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Where a credential may stand, and that two are none. */
class CredentialsTest {
    private static final String BROKER = "/v1/proxy/openai/v1/models";

    @Test
    void theSchemeIsBearerInAnyCase() {
        assertEquals("clk_x", Credentials.bearer(request("/v1/me", "Authorization", "Bearer clk_x")));
        assertEquals("clk_x", Credentials.bearer(request("/v1/me", "authorization", "bEARER clk_x")));
        assertEquals(" clk_x", Credentials.bearer(request("/v1/me", "Authorization", "Bearer  clk_x")));
        assertEquals("", Credentials.bearer(request("/v1/me", "Authorization", "Bearer ")));
    }

    @Test
    void anotherSchemeIsABadCredentialAndNotAnAbsentOne() {
        for (String value : List.of("", "clk_x", "Bearer", "Basic clk_x", "Bearerclk_x", " Bearer clk_x")) {
            assertEquals("", Credentials.bearer(request("/v1/me", "Authorization", value)), value);
        }
        assertNull(Credentials.bearer(request("/v1/me")));
    }

    @Test
    void theHeadersOfSdksCountOnBrokerCallsOnly() {
        for (String header : List.of("x-api-key", "Api-Key", "X-Goog-Api-Key")) {
            assertEquals("clk_x", Credentials.bearer(request(BROKER, header, "clk_x")));
            assertNull(Credentials.bearer(request("/v1/me", header, "clk_x")));
            assertNull(Credentials.bearer(request("/v1/proxy", header, "clk_x")));
            assertNull(Credentials.bearer(request(null, header, "clk_x")));
        }
    }

    @Test
    void severalCredentialsAreAllSeenAndNoneIsUsed() {
        RoutingContext both = request(BROKER, "Authorization", "Bearer a", "x-api-key", "b");
        assertEquals(List.of("Bearer a", "b"), Credentials.sent(both));
        assertNull(Credentials.bearer(both));
        RoutingContext twice = request("/v1/me", "Authorization", "Bearer a", "Authorization", "Bearer a");
        assertEquals(2, Credentials.sent(twice).size());
        assertNull(Credentials.bearer(twice));
        assertEquals(List.of(), Credentials.sent(request("/v1/me")));
    }

    @Test
    void theSessionCookieIsACredentialExceptForTheBrokerAndOnTheWayToOne() {
        RoutingContext alone = request("/v1/me", "Cookie", "__Host-celune=x");
        assertEquals("x", Credentials.cookie(alone));
        assertNull(Credentials.bearer(alone));
        RoutingContext both = request("/v1/me", "Cookie", "__Host-celune=x", "Authorization", "Bearer a");
        assertEquals(List.of("Bearer a", "x"), Credentials.sent(both));
        assertNull(Credentials.cookie(both));
        assertNull(Credentials.bearer(both));
        for (String path : List.of(BROKER, "/v1/auth/oidc/keycloak/login")) {
            assertNull(Credentials.cookie(request(path, "Cookie", "__Host-celune=x")), path);
        }
        assertNull(Credentials.cookie(request(BROKER, "x-api-key", "clk_x")));
    }

    @Test
    void anyHeaderIsACredentialOrNone() {
        Fuzz.rounds(5_000, fuzz -> {
            String value = fuzz.like("Bearer clk_live_0123");
            String credential = String.valueOf(Credentials.bearer(request("/v1/me", "Authorization", value)));
            assertTrue(credential.isEmpty() || value.substring(0, 7).equalsIgnoreCase("bearer "));
            assertFalse(credential.length() > Math.max(0, value.length() - 7));
            assertTrue(value.endsWith(credential));
        });
    }

    private static RoutingContext request(@Nullable String path, String... headers) {
        MultiMap fields = MultiMap.caseInsensitiveMultiMap();
        for (int i = 0; i < headers.length; i += 2) {
            fields.add(headers[i], headers[i + 1]);
        }
        HttpServerRequest request = answering(
                HttpServerRequest.class,
                path == null
                        ? Map.of("headers", fields, "cookies", Set.of())
                        : Map.of("headers", fields, "cookies", cookies(fields), "path", path));
        return answering(RoutingContext.class, Map.of("request", request));
    }

    /** What Vert.x makes of the header, as far as these tests need it. */
    private static Set<Cookie> cookies(MultiMap headers) {
        return headers.getAll("Cookie").stream()
                .map(cookie -> cookie.split("=", 2))
                .map(pair -> Cookie.cookie(pair[0], pair[1]))
                .collect(Collectors.toSet());
    }

    private static <T> T answering(Class<T> type, Map<String, Object> answers) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> answers.get(method.getName())));
    }
}
