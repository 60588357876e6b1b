package ai.celune.ratelimit;

import ai.celune.security.BrokerPath;
import java.util.Locale;
import java.util.Set;

/** How a request counts (R74-R77). Every method and path has exactly one class; a test lists them for the whole API. */
public enum LimitClass {
    /** GET and HEAD: 60 a minute for each credential. */
    READ(60),
    /** Everything else: 30 a minute for each credential. */
    WRITE(30),
    /** Proofs of identity: 10 a minute by address and by account. */
    AUTH(10),
    /** Refresh tokens: 10 a minute by family, as AUTH; until the family is known, 30 by address. */
    REFRESH(30),
    /** Calls through the broker; the number is configured. */
    BROKER(600),
    /** Verification of keys for other services; the number is configured. */
    VERIFY(6_000),
    /** Logouts that an identity provider tells of: 600 a minute by address, because all its people's come from one. */
    PROVIDER_LOGOUT(600),
    /** Requests without a valid credential: 30 a minute by address. */
    ANONYMOUS(30);

    private static final Set<String> PROOFS = Set.of(
            "/v1/auth/sign-up",
            "/v1/auth/sign-in",
            "/v1/auth/accept-invitation",
            "/v1/auth/request-code",
            "/v1/auth/reauthenticate",
            "/v1/auth/verify-email",
            "/v1/auth/reset-password");

    private final int perMinute;

    LimitClass(int perMinute) {
        this.perMinute = perMinute;
    }

    public static LimitClass of(String method, String path) {
        if (BrokerPath.is(path)) {
            return BROKER;
        }
        if (PROOFS.contains(path)) {
            return AUTH;
        }
        if (path.equals("/v1/auth/refresh")) {
            return REFRESH;
        }
        if (path.startsWith("/v1/auth/oidc/") && path.endsWith("/back-channel-logout")) {
            return PROVIDER_LOGOUT;
        }
        if (method.equals("POST") && path.equals("/v1/api-keys/verify")) {
            return VERIFY;
        }
        return method.equals("GET") || method.equals("HEAD") ? READ : WRITE;
    }

    /** Counted for the address even when the request carries a valid credential, which is not what it is about. */
    boolean isProof() {
        return this == AUTH || this == REFRESH || this == PROVIDER_LOGOUT;
    }

    int perMinute() {
        return perMinute;
    }

    /** As it stands in headers, audit entries and metrics. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
