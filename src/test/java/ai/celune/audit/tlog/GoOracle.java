package ai.celune.audit.tlog;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.celune.support.RealServers;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;

/** The Go implementations of logs and notes, asked line by line; see {@code tools/tlog-oracle/main.go}. */
final class GoOracle implements AutoCloseable {
    static final String REFUSED = "refused";

    private final Process process;
    private final BufferedWriter questions;
    private final BufferedReader answers;

    GoOracle() throws IOException {
        process = new ProcessBuilder(RealServers.program("tlog-oracle"))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        questions = process.outputWriter(UTF_8);
        answers = process.inputReader(UTF_8);
    }

    String ask(Object... words) {
        try {
            questions.write(Arrays.stream(words).map(String::valueOf).collect(Collectors.joining(" ")) + "\n");
            questions.flush();
            String answer = answers.readLine();
            if (answer == null) {
                throw new IllegalStateException("the oracle has died, see its last lines");
            }
            return answer;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static String blob(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    static String list(List<?> items) {
        return items.isEmpty() ? "-" : items.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    @Override
    public void close() {
        process.destroy();
    }
}
