package ai.celune.embedded;

import ai.celune.launcher.Arguments;
import ai.celune.launcher.Refusal;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The service that a command talks to, and the credential for it, from options and environment. */
final class Target {
    static final String USAGE = """
              --base-url URL       default: CELUNE_BASE_URL, else the running ./celune up of --data
              --api-key-file FILE  default: the key in CELUNE_API_KEY
              --data DIR           data directory of the running ./celune up (default .celune)
            """;

    private @Nullable String baseUrl;
    private @Nullable String apiKey;
    private Path data = DataDirectory.defaultPath();

    Target(Map<String, String> environment) {
        String told = environment.getOrDefault("CELUNE_BASE_URL", "");
        baseUrl = told.isBlank() ? null : new Arguments(List.of(told)).url("CELUNE_BASE_URL");
        apiKey = environment.get("CELUNE_API_KEY");
    }

    /** Takes the value of an option that is about the service; any other is refused. */
    void take(String option, Arguments arguments) {
        switch (option) {
            case "--base-url" -> baseUrl = arguments.url(option);
            case "--api-key-file" -> apiKey = read(Path.of(arguments.value(option)));
            case "--data" -> data = Path.of(arguments.value(option));
            default -> throw arguments.unknown(option);
        }
    }

    String apiKey() {
        if (apiKey == null || apiKey.isBlank()) {
            throw Refusal.of("no API key: set CELUNE_API_KEY or give --api-key-file FILE");
        }
        return apiKey.strip();
    }

    String baseUrl() {
        return baseUrl == null ? running() : baseUrl;
    }

    private String running() {
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
}
