package ai.celune.embedded;

import ai.celune.launcher.Arguments;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What {@code up} was asked for; port 0 is any free port. */
public record UpOptions(
        int port, int managementPort, Path data, @Nullable Path readyFile) {
    public static final String USAGE = """
            Usage: ./celune up [--port N] [--management-port N] [--data DIR] [--ready-file FILE]

            Starts Celune with an embedded PostgreSQL and stays until Ctrl-C.

              --port N             port of the API on 127.0.0.1 (default 8080; 0 = any)
              --management-port N  port of health and metrics (default 9000; with --port 0 any)
              --data DIR           what survives a restart (default .celune)
              --ready-file FILE    gets {baseUrl, managementUrl, accessCode} once requests are answered""";

    private static final int DEFAULT_PORT = 8080;
    private static final int DEFAULT_MANAGEMENT_PORT = 9000;

    public static UpOptions parse(Arguments arguments) {
        int port = DEFAULT_PORT;
        @Nullable Integer managementPort = null;
        Path data = DataDirectory.defaultPath();
        @Nullable Path readyFile = null;
        for (String option = arguments.nextOption(); option != null; option = arguments.nextOption()) {
            switch (option) {
                case "--port" -> port = arguments.port(option);
                case "--management-port" -> managementPort = arguments.port(option);
                case "--data" -> data = Path.of(arguments.value(option));
                case "--ready-file" -> readyFile = Path.of(arguments.value(option));
                default -> throw arguments.unknown(option);
            }
        }
        int management = managementPort != null ? managementPort : port == 0 ? 0 : DEFAULT_MANAGEMENT_PORT;
        return new UpOptions(port, management, data.toAbsolutePath().normalize(), readyFile);
    }
}
