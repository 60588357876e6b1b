package ai.celune.identity;

import ai.celune.crypto.Digest;
import ai.celune.tenancy.Scope;
import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.persistence.PersistenceException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The key this process signs access tokens with, and the public halves of all replicas' keys. The private half never leaves the process; the
 * public one is in the database, with an expiry that is pushed on while the process lives.
 */
@ApplicationScoped
class SigningKeys {
    private static final Duration PUBLISHED = Duration.ofHours(24);
    private static final Duration REREAD = Duration.ofSeconds(5);

    private final AgroalDataSource dataSource;
    private final AgroalDataSource authn;
    private final Scope scope;
    private final Clock clock;
    private final KeyPair own;
    private final String ownId;
    private volatile Map<String, ECPublicKey> known = Map.of();
    private volatile Instant readAt = Instant.EPOCH;

    SigningKeys(AgroalDataSource dataSource, @DataSource("authn") AgroalDataSource authn, Scope scope, Clock clock) {
        this.dataSource = dataSource;
        this.authn = authn;
        this.scope = scope;
        this.clock = clock;
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            this.own = generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        this.ownId = HexFormat.of().formatHex(Digest.sha256(own.getPublic().getEncoded()), 0, 12);
    }

    void onStart(@Observes @Priority(100) StartupEvent started) {
        publish();
    }

    String ownId() {
        return ownId;
    }

    PrivateKey privateKey() {
        return own.getPrivate();
    }

    /** The key of this id; null when no replica has published it. An unknown id costs at most one read in five seconds. */
    @Nullable
    PublicKey find(String id) {
        if (id.equals(ownId)) {
            return own.getPublic();
        }
        PublicKey key = known.get(id);
        if (key == null && clock.instant().isAfter(readAt.plus(REREAD))) {
            key = published().get(id);
        }
        return key;
    }

    /** All keys that are published and unexpired. */
    Map<String, ECPublicKey> published() {
        Map<String, ECPublicKey> keys = new HashMap<>();
        try (var connection = authn.getConnection();
                var statement =
                        connection.prepareStatement("select id, public_key from signing_key where expires_at > ?")) {
            statement.setObject(1, clock.instant().atOffset(ZoneOffset.UTC));
            try (var row = statement.executeQuery()) {
                while (row.next()) {
                    keys.put(row.getString(1), decode(row.getBytes(2)));
                }
            }
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
        known = Map.copyOf(keys);
        readAt = clock.instant();
        return known;
    }

    @Scheduled(every = "1h", delayed = "1h")
    void publish() {
        scope.asPlatform(() -> {
            Instant now = clock.instant();
            try (var connection = dataSource.getConnection();
                    var insert = connection.prepareStatement(
                            "insert into signing_key (id, public_key, created_at, expires_at) values (?, ?, ?, ?)"
                                    + " on conflict (id) do update set expires_at = excluded.expires_at")) {
                insert.setString(1, ownId);
                insert.setBytes(2, own.getPublic().getEncoded());
                insert.setObject(3, now.atOffset(ZoneOffset.UTC));
                insert.setObject(4, now.plus(PUBLISHED).atOffset(ZoneOffset.UTC));
                return insert.executeUpdate();
            } catch (SQLException e) {
                throw new PersistenceException(e);
            }
        });
    }

    private static ECPublicKey decode(byte[] encoded) {
        try {
            return (ECPublicKey) KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(encoded));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
