package ai.celune.identity;

import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Brings the code for the first workspace from a file into the database. */
@ApplicationScoped
class BootstrapCode {
    private static final int SHORTEST = 16;

    private final AccessCodes codes;
    private final Optional<Path> file;

    BootstrapCode(AccessCodes codes, @ConfigProperty(name = "celune.bootstrap.access-code-file") Optional<Path> file) {
        this.codes = codes;
        this.file = file;
    }

    void onStart(@Observes @Priority(200) StartupEvent started) throws IOException {
        if (file.isEmpty()) {
            return;
        }
        String code = Files.readString(file.get()).strip();
        if (code.length() < SHORTEST) {
            throw new IllegalStateException(
                    "celune.bootstrap.access-code-file must hold at least " + SHORTEST + " characters");
        }
        codes.bootstrap(code);
    }
}
