package ai.celune.identity.oidc;

import ai.celune.web.NotFound;
import io.quarkus.oidc.OidcRequestContext;
import io.quarkus.oidc.OidcTenantConfig;
import io.quarkus.oidc.TenantConfigResolver;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The configured providers, and which one quarkus-oidc works with: none, except where {@link CodeFlow} has named one. */
@ApplicationScoped
public class Providers implements TenantConfigResolver {
    private static final String OF_REQUEST = "celune.oidc.provider";

    private final Map<String, Provider> byName = new TreeMap<>();
    /** Not null, for which quarkus-oidc would look for a tenant in the cookies that a client sends. */
    private final OidcTenantConfig none =
            OidcTenantConfig.builder().tenantId("none").disableTenant().build();

    Providers(OidcConfig config) {
        config.providers().forEach((name, settings) -> byName.put(name, Provider.of(name, settings)));
    }

    /** The provider that a path names; 404 for any other. */
    public Provider get(String name) {
        return find(name).orElseThrow(NotFound::new);
    }

    /** The provider of a session, unless it is not configured any more. */
    public Optional<Provider> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    static void use(Provider provider, RoutingContext context) {
        context.put(OF_REQUEST, provider);
    }

    @Override
    public Uni<OidcTenantConfig> resolve(RoutingContext context, OidcRequestContext<OidcTenantConfig> blocking) {
        @Nullable Provider provider = context.get(OF_REQUEST);
        return Uni.createFrom().item(provider == null ? none : provider.tenant());
    }
}
