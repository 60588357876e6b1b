package ai.celune.providerkey;

import io.smallrye.config.ConfigMapping;
import java.util.Map;
import java.util.Optional;

/** The providers there are. Where one lives may be told by configuration; where its credential stands is part of the product. */
@ConfigMapping(prefix = "celune.broker")
public interface ProviderCatalogue {
    /** Name of the provider to where it lives. */
    Map<String, Endpoint> provider();

    /** Where a provider lives. */
    interface Endpoint {
        /** An origin without a path; https, or http on loopback in development. */
        String baseUrl();
    }

    /**
     * Where a credential stands in a request.
     *
     * @param header name of the field
     * @param scheme word before the value, empty for none
     */
    record Position(String header, String scheme) {}

    /** Whether a path is of the API that a provider's credential is stored for; a custom provider's may be any. */
    static boolean serves(String provider, String path) {
        return position(provider).isEmpty() || path.startsWith("/v1/");
    }

    /** The position of a provider's credential; empty for a provider that the catalogue does not have. */
    static Optional<Position> position(String provider) {
        return switch (provider) {
            case "openai" -> Optional.of(new Position("Authorization", "Bearer"));
            case "anthropic" -> Optional.of(new Position("x-api-key", ""));
            default -> Optional.empty();
        };
    }
}
