package ai.celune.crypto;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Recognises an equal secret within one workspace and nowhere else. */
@ApplicationScoped
public class Fingerprints {
    private static final int KEY_BYTES = 32;

    private final EntityManager entities;
    private final Sealer sealer;
    private final SecureRandom random;

    Fingerprints(EntityManager entities, Sealer sealer, SecureRandom random) {
        this.entities = entities;
        this.sealer = sealer;
        this.random = random;
    }

    /** What may be shown of a value. */
    public SecretFacts of(UUID workspace, Secret value) {
        try (Secret key = sealer.open(binding(workspace), sealedKey(workspace))) {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.bytes(), "HmacSHA256"));
            return new SecretFacts(value.lastFour().orElse(null), HexFormat.of().formatHex(mac.doFinal(value.bytes())));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The workspace's key, made at its first secret; of two first secrets at once one makes it. */
    private String sealedKey(UUID workspace) {
        List<?> found = read(workspace);
        if (!found.isEmpty()) {
            return (String) found.getFirst();
        }
        byte[] key = new byte[KEY_BYTES];
        random.nextBytes(key);
        try (Secret fresh = Secret.taking(key)) {
            entities.createNativeQuery("insert into fingerprint_key (workspace_id, sealed) values (:workspace, :sealed)"
                            + " on conflict do nothing")
                    .setParameter("workspace", workspace)
                    .setParameter("sealed", sealer.seal(binding(workspace), fresh.bytes()))
                    .executeUpdate();
        }
        return (String) read(workspace).getFirst();
    }

    private List<?> read(UUID workspace) {
        return entities.createNativeQuery("select sealed from fingerprint_key where workspace_id = :workspace")
                .setParameter("workspace", workspace)
                .getResultList();
    }

    @Produces
    @Singleton
    static SealedColumn sealedKeys() {
        return new SealedColumn(
                "fingerprint_key", "sealed", "workspace_id", "1", (workspace, id, version) -> binding(workspace));
    }

    private static Binding binding(UUID workspace) {
        return new Binding(workspace, workspace, "fingerprint-key", 1);
    }
}
