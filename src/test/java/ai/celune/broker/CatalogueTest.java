package ai.celune.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.celune.provider.Catalogue;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each entry of the catalogue, called as the provider's own clients call it. */
@QuarkusTest
class CatalogueTest extends WithProvider {
    private static final String VALUE = "provider-canary-0123456789";

    @Inject
    Catalogue catalogue;

    @ParameterizedTest
    @CsvSource({
        "openai, /v1/chat/completions, Authorization, Bearer, /v2/x",
        "anthropic, /v1/messages, x-api-key, '', /v2/x",
        "gemini, /v1beta/models/gemini-2.5-pro:generateContent, x-goog-api-key, '', /v1alpha/x",
        "mistral, /v1/chat/completions, Authorization, Bearer, /v2/x",
        "azure-openai, /openai/deployments/gpt/chat/completions?api-version=2024-10-21, api-key, '', /v1/x",
        "cohere, /v2/chat, Authorization, Bearer, /v3/x",
        "groq, /openai/v1/chat/completions, Authorization, Bearer, /v1/x",
        "openrouter, /api/v1/chat/completions, Authorization, Bearer, /v1/x",
        "openai-compatible, /anything/chat/completions, Authorization, Bearer,",
    })
    void theCredentialStandsWhereTheProviderWantsIt(
            String name, String path, String header, String scheme, String foreign) {
        String key = agent.keyFor(name, VALUE);
        assertEquals(
                200, agent.send(agent.request("/v1/proxy/" + name + path, key)).statusCode());
        assertEquals(path, provider.call().target());
        assertEquals(
                scheme.isEmpty() ? VALUE : scheme + " " + VALUE, provider.call().header(header));
        if (foreign != null) {
            var refused = agent.send(agent.request("/v1/proxy/" + name + foreign, key));
            assertEquals(403, refused.statusCode(), refused.body());
        }
        assertEquals(1, provider.calls().size());
    }

    @Test
    void everyEntryIsTestedHere() {
        Set<String> names = new TreeSet<>();
        catalogue.all().forEach(entry -> names.add(entry.name()));
        assertEquals(
                Set.of(
                        "openai",
                        "anthropic",
                        "gemini",
                        "mistral",
                        "azure-openai",
                        "cohere",
                        "groq",
                        "openrouter",
                        "openai-compatible",
                        "custom"),
                names);
    }
}
