package ai.celune.security;

import org.jspecify.annotations.Nullable;

/** Where the broker serves: it brings its own rules for credentials, limits, paths and bodies. */
public final class BrokerPath {
    public static final String PREFIX = "/v1/proxy/";

    private BrokerPath() {}

    public static boolean is(@Nullable String path) {
        return path != null && path.startsWith(PREFIX);
    }
}
