package ai.celune.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.celune.egress.Fetch;
import ai.celune.launcher.Arguments;
import ai.celune.launcher.Console;
import ai.celune.launcher.Refusal;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code provider-key add}: stores a provider's key that stands in no shell history. */
public final class ProviderKeyCommand {
    public static final String USAGE = """
            Usage: ./celune provider-key add PROVIDER [--name NAME] [--provider-url URL] [--base-url URL]
                                                      [--api-key-file FILE] [--data DIR]

            Stores a key of PROVIDER (openai, anthropic, gemini, …). The value is asked for without echo, or read from
            standard input when that is no terminal.

              --name NAME          what the key is called (default: the provider)
              --provider-url URL   where the provider lives, for those that have no one address
            """ + Target.USAGE + """

            The API key needs the scope provider-keys:write; the access token of a session does as well.""";

    private static final int LONGEST = 8192;
    private static final Duration ANSWER = Duration.ofSeconds(30);

    private ProviderKeyCommand() {}

    /**
     * Runs it.
     *
     * @param input where the value is read when there is no terminal
     */
    public static int run(List<String> words, Map<String, String> environment, InputStream input, Console console) {
        if (words.size() < 2 || !words.getFirst().equals("add") || words.get(1).startsWith("-")) {
            throw Refusal.usage("provider-key needs: add PROVIDER");
        }
        Map<String, String> wanted = new LinkedHashMap<>(Map.of("provider", words.get(1), "name", words.get(1)));
        Target target = new Target(environment);
        Arguments arguments = new Arguments(words.subList(2, words.size()));
        for (String option = arguments.nextOption(); option != null; option = arguments.nextOption()) {
            switch (option) {
                case "--name" -> wanted.put("name", arguments.value(option));
                case "--provider-url" -> wanted.put("baseUrl", arguments.url(option));
                default -> target.take(option, arguments);
            }
        }
        URI service = URI.create(target.baseUrl() + "/v1/provider-keys");
        String credential = target.apiKey();
        wanted.put("key", value(words.get(1), input));
        JsonNode stored = store(service, credential, wanted);
        console.out("stored %s key '%s': id %s, fingerprint %s"
                .formatted(
                        words.get(1),
                        wanted.get("name"),
                        stored.path("id").asText(),
                        stored.path("fingerprint").asText()));
        return 0;
    }

    // Error Prone knows JDK 22 to 24; JDK 25 returns null again when nobody sits there.
    @SuppressWarnings("SystemConsoleNull")
    private static String value(String provider, InputStream input) {
        java.io.@Nullable Console terminal = System.console();
        try {
            String value;
            if (terminal != null && terminal.isTerminal()) {
                char[] typed = terminal.readPassword("Key of %s (not shown): ", provider);
                value = typed == null ? "" : new String(typed);
            } else {
                value = new String(input.readNBytes(LONGEST + 2), UTF_8);
            }
            if (value.isBlank()) {
                throw Refusal.of("no value was given");
            }
            return value.strip();
        } catch (IOException e) {
            throw Refusal.of("cannot read standard input");
        }
    }

    private static JsonNode store(URI service, String credential, Map<String, String> wanted) {
        ObjectMapper json = new ObjectMapper();
        try (HttpClient client =
                HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build()) {
            HttpRequest request = HttpRequest.newBuilder(service)
                    .header("Authorization", "Bearer " + credential)
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofByteArray(json.writeValueAsBytes(wanted)))
                    .build();
            HttpResponse<String> answer = Fetch.text(client, request, ANSWER);
            if (answer.statusCode() != 201) {
                throw Refusal.of("the key was not stored: " + answer.statusCode() + " " + answer.body());
            }
            return json.readTree(answer.body());
        } catch (IOException e) {
            throw Refusal.of("cannot reach Celune at " + service.resolve("/"));
        }
    }
}
