package ai.celune.ops;

import ai.celune.crypto.Digest;
import io.quarkus.runtime.configuration.ConfigUtils;
import io.quarkus.vertx.http.ManagementInterface;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Metrics are Internal data (R41): outside {@code local} a scraper shows the token of a file, which is re-read each time. */
@ApplicationScoped
class MetricsCredential {
    private final Optional<Path> file;

    MetricsCredential(@ConfigProperty(name = "celune.metrics.token-file") Optional<Path> file) {
        this.file = file;
    }

    void register(@Observes ManagementInterface management) {
        management.router().route("/q/metrics*").order(-1).blockingHandler(this::check);
    }

    private void check(RoutingContext context) {
        if (open() || holds(context.request().getHeader("Authorization"))) {
            context.next();
        } else {
            context.response()
                    .setStatusCode(401)
                    .putHeader("WWW-Authenticate", "Bearer")
                    .end();
        }
    }

    private boolean open() {
        return file.isEmpty() && ConfigUtils.getProfiles().contains("local");
    }

    private boolean holds(@org.jspecify.annotations.Nullable String authorization) {
        if (file.isEmpty() || authorization == null) {
            return false;
        }
        try {
            byte[] expected = ("Bearer " + Files.readString(file.get()).strip()).getBytes(StandardCharsets.UTF_8);
            return Digest.equal(Digest.sha256(expected), Digest.sha256(authorization.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            return false;
        }
    }
}
