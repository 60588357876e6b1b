package ai.celune.support;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Programs of real servers that tests start: what {@code tools/server NAME} finds or builds. Where there is none a test fails and says what is missing. */
public final class RealServers {
    private RealServers() {}

    /** Path of the program. */
    public static String program(String name) {
        try {
            Process server = new ProcessBuilder("tools/server", name)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (InputStream out = server.getInputStream()) {
                String program = new String(out.readAllBytes(), StandardCharsets.UTF_8).strip();
                if (server.waitFor() != 0) {
                    throw new IllegalStateException("tools/server finds no " + name + ", see its last line");
                }
                return program;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
