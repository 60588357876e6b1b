package ai.celune.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.Actors;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.SlackStandIn;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The calls that documents show are calls that work, from top to bottom (R81-R83). Ids in angle brackets are those of what was made last. */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class DocumentedCallsTest {
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```\\n(.*?)^```$");
    private static final Pattern CALL = Pattern.compile("(GET|POST|PUT|PATCH|DELETE) (/v1/[^{]*?)\\s*(\\{.*})?");

    private final Actors actors = new Actors();

    @ParameterizedTest
    @ValueSource(strings = {"api-keys.md", "byok.md", "permissions.md", "slack.md", "workload-identity.md"})
    void everyCallOfTheDocumentWorks(String document) throws IOException {
        Map<String, String> world = new HashMap<>(Map.of(
                "<members id>", actors.member().userId().toString(),
                "<the provider's key>", "sk-example-0123456789",
                "<issuer>", ProviderAddress.issuer().toString(),
                "<the webhook's URL>", SlackStandIn.webhookUrl(),
                "<the bot's token>", SlackStandIn.botToken(),
                "<the app's signing secret>", "0123456789abcdef0123456789abcdef"));
        int calls = 0;
        try (SlackStandIn slack = SlackStandIn.start()) {
            for (var block = BLOCK.matcher(Files.readString(Path.of("docs", document))); block.find(); ) {
                for (String line : block.group(1).lines().toList()) {
                    var call = CALL.matcher(line);
                    if (call.matches()) {
                        carryOut(call.group(1), filled(call.group(2), world), call.group(3), world);
                        calls++;
                    }
                }
            }
            assertEquals(document.equals("slack.md"), !slack.calls().isEmpty());
        }
        assertTrue(calls > 3, calls + " calls in " + document);
    }

    private void carryOut(String method, String path, String body, Map<String, String> world) {
        Reply reply = Api.send(method, path, actors.owner().token(), body == null ? null : filled(body, world));
        assertTrue(reply.status() < 300, reply.toString());
        if (reply.status() == 201) {
            world.put("<" + path.split("/", -1)[2] + " id>", reply.field("id"));
            world.put("<the API key>", reply.field("key"));
        }
    }

    private static String filled(String text, Map<String, String> world) {
        String filled = text;
        for (Map.Entry<String, String> known : world.entrySet()) {
            filled = filled.replace(known.getKey(), known.getValue());
        }
        return filled;
    }
}
