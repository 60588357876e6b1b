package ai.celune.apikey.workload;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithParentName;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Who signs the tokens of workloads, by a name that stands nowhere else. */
@ConfigMapping(prefix = "celune.workload")
public interface WorkloadConfig {
    @WithParentName
    Map<String, Issuer> issuers();

    /** One issuer. */
    interface Issuer {
        /** The {@code iss} of its tokens, exactly. */
        String issuer();

        /** Where its key set is, by http, https or as a file; where its discovery document says unless told. */
        Optional<URI> keys();

        /** File with a token that the issuer wants to see before it tells its keys; read anew each time. */
        Optional<Path> tokenFile();

        /** The one workspace whose keys may name its workloads; any unless told. */
        Optional<UUID> workspace();

        /** The audience of its tokens where it cannot be asked for one with the workspace's id; only with {@code workspace}. */
        Optional<String> audience();
    }
}
