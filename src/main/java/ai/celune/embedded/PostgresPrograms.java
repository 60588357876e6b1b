package ai.celune.embedded;

import ai.celune.launcher.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * initdb, postgres and pg_ctl. PostgreSQL refuses to run as root; where we are root it runs in a user namespace in
 * which it is not, which needs no second account on the machine.
 */
final class PostgresPrograms {
    private final Path bin;
    private final List<String> prefix;

    private PostgresPrograms(Path bin, List<String> prefix) {
        this.bin = bin;
        this.prefix = prefix;
    }

    static PostgresPrograms unpacked() {
        return in(PostgresBinaries.unpacked());
    }

    static PostgresPrograms in(Path home) {
        Path bin = home.resolve("bin");
        if (!System.getProperty("user.name").equals("root")) {
            return new PostgresPrograms(bin, List.of());
        }
        List<String> prefix = List.of("unshare", "-U");
        if (run(Stream.concat(prefix.stream(), Stream.of("true")).toList()).exit() != 0) {
            throw Refusal.of("PostgreSQL does not run as root, and this machine permits no user namespace: "
                    + "start Celune as an ordinary user");
        }
        return new PostgresPrograms(bin, prefix);
    }

    /** What a finished program said, both streams together. */
    record Result(int exit, String output) {
        String lastLine() {
            List<String> lines = output.lines().filter(line -> !line.isBlank()).toList();
            return lines.isEmpty() ? "exit " + exit : lines.getLast().strip();
        }
    }

    Result run(String program, String... arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.add(bin.resolve(program).toString());
        command.addAll(List.of(arguments));
        return run(command);
    }

    String majorVersion() {
        String version = run("postgres", "--version").lastLine();
        return version.replaceFirst("^.*\\) ([0-9]+).*$", "$1");
    }

    private static Result run(List<String> command) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
            builder.environment().put("LC_ALL", "C");
            Process process = builder.start();
            process.getOutputStream().close();
            try (InputStream in = process.getInputStream()) {
                String output = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                return new Result(process.waitFor(), output);
            }
        } catch (IOException e) {
            return new Result(127, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Refusal.of("interrupted");
        }
    }
}
