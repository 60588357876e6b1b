package ai.celune.embedded;

import ai.celune.launcher.Arguments;
import ai.celune.launcher.Console;
import ai.celune.launcher.Refusal;
import ai.celune.security.BrokerPath;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code run -- CMD}: a program whose SDKs talk to Celune instead of the provider. */
public final class Run {
    public static final String USAGE = """
            Usage: ./celune run [--base-url URL] [--api-key-file FILE] [--data DIR] -- CMD [ARGUMENT...]

            Runs CMD with OPENAI_BASE_URL, OPENAI_API_KEY, ANTHROPIC_BASE_URL and ANTHROPIC_API_KEY set, so that
            the usual SDKs call their provider through Celune.

              --base-url URL       default: CELUNE_BASE_URL, else the running ./celune up of --data
              --api-key-file FILE  default: the key in CELUNE_API_KEY
              --data DIR           data directory of the running ./celune up (default .celune)""";

    private Run() {}

    public static int run(List<String> words, Console console) {
        int separator = words.indexOf("--");
        List<String> options = separator < 0 ? words : words.subList(0, separator);
        if (options.contains("--help")) {
            console.out(USAGE);
            return 0;
        }
        List<String> command = separator < 0 ? List.of() : words.subList(separator + 1, words.size());
        if (command.isEmpty()) {
            throw Refusal.usage("run needs a program: ./celune run -- CMD");
        }
        return execute(command, environment(new Arguments(options), System.getenv()));
    }

    static Map<String, String> environment(Arguments arguments, Map<String, String> environment) {
        @Nullable String baseUrl = environment.get("CELUNE_BASE_URL");
        @Nullable String apiKey = environment.get("CELUNE_API_KEY");
        Path data = DataDirectory.defaultPath();
        for (String option = arguments.nextOption(); option != null; option = arguments.nextOption()) {
            switch (option) {
                case "--base-url" -> baseUrl = arguments.url(option);
                case "--api-key-file" -> apiKey = read(Path.of(arguments.value(option)));
                case "--data" -> data = Path.of(arguments.value(option));
                default -> throw arguments.unknown(option);
            }
        }
        if (apiKey == null || apiKey.isBlank()) {
            throw Refusal.of("no API key: set CELUNE_API_KEY or give --api-key-file FILE");
        }
        return variables(baseUrl == null || baseUrl.isBlank() ? running(data) : baseUrl, apiKey.strip());
    }

    private static Map<String, String> variables(String baseUrl, String apiKey) {
        return Map.of(
                "OPENAI_BASE_URL",
                baseUrl + BrokerPath.PREFIX + "openai/v1",
                "OPENAI_API_KEY",
                apiKey,
                "ANTHROPIC_BASE_URL",
                baseUrl + BrokerPath.PREFIX + "anthropic",
                "ANTHROPIC_API_KEY",
                apiKey);
    }

    private static String running(Path data) {
        Path file = data.resolve(DataDirectory.RUNNING);
        if (!Files.exists(file)) {
            throw Refusal.of("no running Celune under " + data
                    + ": start one with ./celune up, or set CELUNE_BASE_URL or --base-url");
        }
        try {
            return new ObjectMapper().readTree(file.toFile()).path("baseUrl").asText();
        } catch (IOException e) {
            throw Refusal.of("cannot read " + file);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw Refusal.of("cannot read the API key from " + file);
        }
    }

    private static int execute(List<String> command, Map<String, String> variables) {
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment().putAll(variables);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw Refusal.of("cannot run '" + command.getFirst() + "'");
        }
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy, "stop-program"));
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 130;
        }
    }
}
