package ai.celune.broker;

import ai.celune.egress.AddressGuard;
import ai.celune.egress.BaseUrl;
import ai.celune.egress.EgressConfig;
import io.quarkus.runtime.Startup;
import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.ProxyType;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The operator's HTTP proxy, where calls have to leave by one. It gets the provider's name and a tunnel is asked of it (CONNECT, RFC 9110 section 9.3.6), so it
 * sees no credential; but then it is the proxy that looks the name up, and that must refuse private addresses.
 */
@ApplicationScoped
@Startup // What is wrong with it stops the process, and not the first call.
class Proxy {
    private final AddressGuard guard;
    private final @Nullable ProxyOptions options;

    /** @throws IllegalStateException for settings that cannot be used */
    Proxy(EgressConfig config, AddressGuard guard) {
        this.guard = guard;
        options = config.proxy()
                .map(url -> options(url, config.proxyCredentials().orElse(null)))
                .orElse(null);
    }

    private static ProxyOptions options(URI url, @Nullable Path credentials) {
        boolean plain = "http".equals(url.getScheme())
                && url.getHost() != null
                && url.getPort() > 0
                && url.getUserInfo() == null
                && url.getQuery() == null
                && url.getFragment() == null
                && url.getPath().matches("/?");
        if (!plain) {
            throw new IllegalStateException("celune.egress.proxy must be http://host:port");
        }
        ProxyOptions options = new ProxyOptions()
                .setType(ProxyType.HTTP)
                .setHost(url.getHost())
                .setPort(url.getPort());
        if (credentials != null) {
            String[] parts = read(credentials).split(":", 2);
            if (parts.length != 2) {
                throw new IllegalStateException("celune.egress.proxy-credentials must hold user:password");
            }
            options.setUsername(parts[0]).setPassword(parts[1]);
        }
        return options;
    }

    private static String read(Path credentials) {
        try {
            return Files.readString(credentials).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("celune.egress.proxy-credentials", e);
        }
    }

    /** How to reach an origin; null for directly. */
    @Nullable
    ProxyOptions forOrigin(BaseUrl origin) {
        return !origin.isSecure() || guard.lists(origin.host(), origin.port()) ? null : options;
    }
}
