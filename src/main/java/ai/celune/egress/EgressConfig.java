package ai.celune.egress;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What the operator lets calls reach beyond public addresses. */
@ConfigMapping(prefix = "celune.egress")
public interface EgressConfig {
    /** Private destinations that are fine: exact host, host with port, or CIDR. */
    Optional<List<String>> allowed();

    /** HTTP proxy by which calls to providers leave, {@code http://host:port}; what {@link #allowed} lists by this name is dialled directly. */
    Optional<URI> proxy();

    /** File that holds {@code user:password} for the proxy. */
    Optional<Path> proxyCredentials();

    /** PEM file of certificate authorities that vouch for providers besides the JDK's own. */
    Optional<Path> authorities();

    /** Lets calls go to loopback, also by plain http; for development and tests, refused in {@code prod}. */
    @WithDefault("false")
    boolean allowLoopback();

    /** Makes the guard that everything shares. */
    @Dependent
    final class Producer {
        @Produces
        @Singleton
        AddressGuard guard(EgressConfig config) {
            return AddressGuard.of(config.allowed().orElse(List.of()), config.allowLoopback());
        }
    }
}
