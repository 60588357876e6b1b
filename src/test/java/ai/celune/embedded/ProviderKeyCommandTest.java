package ai.celune.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.launcher.Console;
import ai.celune.launcher.Refusal;
import ai.celune.support.Actors;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A key goes from standard input to the service, and is not said again. */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class ProviderKeyCommandTest {
    private static final String VALUE = "sk-command-\"\\0123456789";

    @TestHTTPResource
    URI service;

    private final Actors actors = new Actors();
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @Test
    void aKeyFromStandardInputIsStored() {
        assertEquals(0, run(VALUE + "\n", "openai", "--name", "from the shell"));
        var stored = Api.get("/v1/provider-keys", actors.owner().token())
                .items()
                .iterator()
                .next();
        assertEquals("from the shell", stored.path("name").asText());
        assertEquals("6789", stored.path("last4").asText());
        assertTrue(
                said.toString(StandardCharsets.UTF_8).contains(stored.path("id").asText()));
        assertFalse(said.toString(StandardCharsets.UTF_8).contains("command"));
    }

    @Test
    void aProviderWithoutOneAddressIsGivenOne() {
        assertEquals(0, run(VALUE, "custom", "--provider-url", "https://models.example.com"));
    }

    @Test
    void whatIsWrongIsSaidInOneLineWithoutTheKey() {
        assertTrue(refusal(VALUE, "nobody").contains("unknown_provider"));
        assertTrue(refusal(" \n", "openai").contains("no value"));
        assertTrue(refusal(VALUE, "--name").contains("add PROVIDER"));
        assertTrue(refusal(VALUE, "openai", "--nonsense").contains("--nonsense"));
    }

    private String refusal(String input, String... words) {
        String refusal = String.valueOf(
                assertThrows(Refusal.class, () -> run(input, words)).getMessage());
        assertFalse(refusal.contains("command"), refusal);
        return refusal;
    }

    private int run(String input, String... words) {
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        return ProviderKeyCommand.run(
                Stream.concat(Stream.of("add"), Stream.of(words)).toList(),
                Map.of(
                        "CELUNE_BASE_URL", service.toString().replaceAll("/$", ""),
                        "CELUNE_API_KEY", actors.owner().token()),
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new Console(out, out));
    }
}
