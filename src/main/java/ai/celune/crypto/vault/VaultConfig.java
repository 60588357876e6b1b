package ai.celune.crypto.vault;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Where Vault is and how Celune signs in to it. Policies for both identities are in {@code deploy/vault/}. */
@ConfigMapping(prefix = "celune.vault")
public interface VaultConfig {
    /** Address of Vault, for example https://vault.example.com:8200; without it the local keyring is used. */
    Optional<URI> url();

    /** Namespace of Vault Enterprise or OpenBao. */
    Optional<String> namespace();

    /** Where the transit engine is mounted; Celune wants one of its own, because `disable_upsert` holds for the whole mount. */
    @WithDefault("celune-transit")
    String transitMount();

    /** For one request, waiting for a connection included. */
    @WithDefault("2s")
    Duration deadline();

    /** Connections to Vault; requests beyond them wait until their deadline. */
    @WithDefault("16")
    int connections();

    /** PEM file of the authorities that vouch for Vault, instead of the JDK's own. */
    Optional<Path> caFile();

    /** PEM file of the certificate that Celune shows to Vault. */
    Optional<Path> certificateFile();

    /** PEM file of that certificate's key (PKCS #8). */
    Optional<Path> keyFile();

    /** How long the operator keeps Vault's snapshots: until then one could bring back the key of a workspace that was shredded. */
    Optional<Duration> snapshotRetention();

    /** Seals and opens. */
    Identity runtime();

    /** Makes, rotates and destroys keys. */
    Identity keyWorker();

    /** How one identity signs in: exactly one of the three files is set, and it is read again at each sign-in. */
    interface Identity {
        /** File with a token. */
        Optional<Path> tokenFile();

        /** File with the secret id of an AppRole. */
        Optional<Path> secretIdFile();

        /** File with a JSON Web Token, for example a projected service-account token; for Vault's jwt and kubernetes auth methods. */
        Optional<Path> jwtFile();

        /** Role id of the AppRole, or name of the role for a JWT. */
        Optional<String> role();

        /** Where the auth method is mounted; `approle` or `jwt` by default. */
        Optional<String> authMount();
    }
}
