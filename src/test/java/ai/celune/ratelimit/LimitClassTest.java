package ai.celune.ratelimit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** R74–R77: how each request counts. */
class LimitClassTest {
    @ParameterizedTest
    @CsvSource({
        "GET, /v1/api-keys, READ, 60, false",
        "HEAD, /v1/api-keys, READ, 60, false",
        "POST, /v1/api-keys, WRITE, 30, false",
        "DELETE, /v1/api-keys/1, WRITE, 30, false",
        "get, /v1/api-keys, WRITE, 30, false",
        "POST, /v1/auth/sign-in, AUTH, 10, true",
        "GET, /v1/auth/sign-up, AUTH, 10, true",
        "POST, /v1/auth/accept-invitation, AUTH, 10, true",
        "POST, /v1/auth/reset-password, AUTH, 10, true",
        "POST, /v1/auth/refresh, REFRESH, 30, true",
        "POST, /v1/auth/sign-out, WRITE, 30, false",
        "POST, /v1/auth/oidc/keycloak/back-channel-logout, PROVIDER_LOGOUT, 600, true",
        "GET, /v1/auth/oidc/keycloak/login, READ, 60, false",
        "GET, /v1/proxy/openai/v1/models, BROKER, 600, false",
        "POST, /v1/proxy/, BROKER, 600, false",
        "GET, /v1/proxy, READ, 60, false",
        "POST, '', WRITE, 30, false"
    })
    void everyRequestHasOneClass(String method, String path, LimitClass expected, int perMinute, boolean proof) {
        LimitClass actual = LimitClass.of(method, path);
        assertEquals(expected, actual);
        assertEquals(perMinute, actual.perMinute());
        assertEquals(proof, actual.isProof());
        assertEquals(expected.name().toLowerCase(java.util.Locale.ROOT), actual.label());
    }
}
