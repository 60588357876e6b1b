package ai.celune.embedded;

import ai.celune.launcher.Arguments;
import ai.celune.launcher.Console;
import ai.celune.launcher.Refusal;
import ai.celune.security.BrokerPath;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** {@code run -- CMD}: a program whose SDKs talk to Celune instead of the provider. */
public final class Run {
    public static final String USAGE = """
            Usage: ./celune run [--base-url URL] [--api-key-file FILE] [--data DIR] -- CMD [ARGUMENT...]

            Runs CMD with OPENAI_BASE_URL, OPENAI_API_KEY, ANTHROPIC_BASE_URL and ANTHROPIC_API_KEY set, so that
            the usual SDKs call their provider through Celune.

            """ + Target.USAGE.stripTrailing();

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
        Target target = new Target(environment);
        for (String option = arguments.nextOption(); option != null; option = arguments.nextOption()) {
            target.take(option, arguments);
        }
        String apiKey = target.apiKey();
        return variables(target.baseUrl(), apiKey);
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
