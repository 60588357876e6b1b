package ai.celune.crypto.vault;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.crypto.Binding;
import ai.celune.crypto.Sealer;
import ai.celune.crypto.SealerContractTest;
import ai.celune.crypto.Secret;
import ai.celune.crypto.SecretKeyMissingException;
import ai.celune.crypto.SecretStoreUnavailableException;
import ai.celune.support.TestVault;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** R13 on a real Vault. */
class VaultSealerTest extends SealerContractTest {
    private static final byte[] VALUE = "sk-live-0123456789abcdef".getBytes(UTF_8);
    private static final TestVault VAULT = TestVault.running();
    private static Vault vault;

    @BeforeAll
    static void connect() {
        vault = VaultConnections.to(VAULT.properties());
    }

    @AfterAll
    static void disconnect() throws IOException {
        vault.close();
    }

    @Override
    protected Sealer sealer() {
        return vault.sealer();
    }

    @Override
    protected Class<? extends RuntimeException> afterShred() {
        return SecretKeyMissingException.class;
    }

    /** Each is opened again too; the hundred thousand are made in batches below. */
    @Override
    protected int repetitions() {
        return 1_000;
    }

    /** Case 9. */
    @Test
    @Tag("long")
    void aHundredThousandCiphertextsOfOneValueDiffer() {
        UUID workspace = UUID.randomUUID();
        sealer().createKey(workspace);
        List<Map<String, String>> thousand =
                Collections.nCopies(1_000, Map.of("plaintext", "c2VjcmV0", "context", "Y29udGV4dA=="));
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            JsonNode answer = VAULT.post("celune-transit/encrypt/ws-" + workspace, Map.of("batch_input", thousand));
            answer.path("data")
                    .path("batch_results")
                    .forEach(result -> seen.add(result.path("ciphertext").asText()));
        }
        assertEquals(100_000, seen.size());
    }

    /** Case 7, also for an operator's token: the mount makes no key by use. */
    @Test
    void encryptingAfterTheKeyIsGoneDoesNotBringItBack() {
        UUID workspace = UUID.randomUUID();
        sealer().createKey(workspace);
        sealer().shred(workspace);
        Binding binding = new Binding(workspace, UUID.randomUUID(), "provider-key", 1);
        assertThrows(SecretKeyMissingException.class, () -> sealer().seal(binding, VALUE));
        assertThrows(
                IllegalStateException.class,
                () -> VAULT.post(
                        "celune-transit/encrypt/ws-" + workspace,
                        Map.of("plaintext", "c2VjcmV0", "context", "Y29udGV4dA==")));
        assertThrows(SecretKeyMissingException.class, () -> sealer().seal(binding, VALUE));
    }

    @Test
    void keysAreDerivedStayInsideAndRotateOnlyWhenCeluneSays() {
        UUID workspace = UUID.randomUUID();
        sealer().createKey(workspace);
        JsonNode key = VAULT.read("celune-transit/keys/ws-" + workspace);
        assertEquals("aes256-gcm96", key.path("type").asText());
        assertTrue(key.path("derived").asBoolean());
        assertFalse(key.path("exportable").asBoolean());
        assertFalse(key.path("allow_plaintext_backup").asBoolean());
        assertFalse(key.path("deletion_allowed").asBoolean());
        assertEquals(0, key.path("auto_rotate_period").asInt());
    }

    /** Case 13. */
    @Test
    void aSealedVaultIsUnavailableAndWorksAgainAfterwards() {
        UUID workspace = UUID.randomUUID();
        sealer().createKey(workspace);
        Binding binding = new Binding(workspace, UUID.randomUUID(), "provider-key", 1);
        String sealed = sealer().seal(binding, VALUE);
        VAULT.seal();
        try {
            assertThrows(SecretStoreUnavailableException.class, () -> sealer().open(binding, sealed));
            assertThrows(SecretStoreUnavailableException.class, () -> sealer().seal(binding, VALUE));
            assertThrows(SecretStoreUnavailableException.class, () -> sealer().createKey(UUID.randomUUID()));
        } finally {
            VAULT.unseal();
        }
        try (Secret opened = sealer().open(binding, sealed)) {
            assertEquals(VALUE.length, opened.length());
        }
    }

    /** Vault's own log says who did what, and holds no value. */
    @Test
    void theAuditLogOfVaultHoldsNoValue() throws IOException {
        UUID workspace = UUID.randomUUID();
        sealer().createKey(workspace);
        sealer().seal(new Binding(workspace, UUID.randomUUID(), "provider-key", 1), VALUE);
        String log = Files.readString(VAULT.auditLog());
        assertTrue(log.contains("celune-transit/encrypt/ws-" + workspace));
        assertFalse(log.contains("sk-live"));
        assertFalse(log.contains(java.util.Base64.getEncoder().encodeToString(VALUE)));
    }
}
