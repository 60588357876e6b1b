package ai.celune.crypto.vault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.TestVault;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Each identity does on a real Vault what it must, and nothing of what the others do: every request of this list by every identity. */
class VaultPoliciesTest {
    private static final TestVault VAULT = TestVault.running();
    private static final String KEY = "celune-transit/keys/ws-" + UUID.randomUUID();
    private static final String NAME = KEY.substring("celune-transit/keys/".length());
    private static final Map<String, ?> CONTEXT = Map.of("context", "Y29udGV4dA==", "plaintext", "c2VjcmV0");
    private static String sealed = "";

    /** @param allowed the identities that may */
    private record Attempt(String method, String path, Map<String, ?> body, List<String> allowed) {}

    @BeforeAll
    static void makeAKey() {
        VAULT.post(KEY, Map.of("derived", true));
        sealed = VAULT.post("celune-transit/encrypt/" + NAME, CONTEXT)
                .path("data")
                .path("ciphertext")
                .asText();
    }

    @Test
    void everyIdentityMayDoExactlyItsOwnWork() {
        Map<String, String> opened = Map.of("context", "Y29udGV4dA==", "ciphertext", sealed);
        String fresh = "celune-transit/keys/ws-" + UUID.randomUUID();
        List<String> runtime = List.of("celune-runtime");
        List<String> keyWorker = List.of("celune-key-worker");
        List<String> signer = List.of("celune-checkpoint-signer");
        List<Attempt> attempts = List.of(
                new Attempt("POST", "celune-transit/encrypt/" + NAME, CONTEXT, runtime),
                new Attempt("POST", "celune-transit/decrypt/" + NAME, opened, runtime),
                new Attempt("POST", "celune-transit/rewrap/" + NAME, opened, runtime),
                new Attempt("GET", KEY, Map.of(), List.of("celune-runtime", "celune-key-worker")),
                new Attempt("POST", "celune-transit/encrypt/ws-" + UUID.randomUUID(), CONTEXT, List.of()),
                new Attempt("POST", "celune-transit/encrypt/other", CONTEXT, List.of()),
                new Attempt("POST", fresh, Map.of("derived", true), keyWorker),
                new Attempt("POST", KEY + "/rotate", Map.of(), keyWorker),
                new Attempt("POST", KEY + "/config", Map.of("deletion_allowed", true), keyWorker),
                new Attempt("POST", "celune-transit/sign/checkpoint", Map.of("input", "aGVhZA=="), signer),
                new Attempt("GET", "celune-transit/keys/checkpoint", Map.of(), signer),
                new Attempt("POST", "celune-transit/keys/checkpoint/rotate", Map.of(), List.of()),
                new Attempt("POST", "celune-kv/data/checkpoints/platform", Map.of("data", Map.of("head", "1")), signer),
                new Attempt("GET", "celune-kv/data/checkpoints/platform", Map.of(), signer),
                new Attempt("DELETE", "celune-kv/data/checkpoints/platform", Map.of(), List.of()),
                new Attempt("POST", "celune-kv/data/other", Map.of("data", Map.of("x", "1")), List.of()),
                new Attempt("LIST", "celune-transit/keys", Map.of(), List.of()),
                new Attempt("GET", "celune-transit/export/encryption-key/" + NAME, Map.of(), List.of()),
                new Attempt("GET", "celune-transit/backup/" + NAME, Map.of(), List.of()),
                new Attempt("POST", "celune-transit/config/keys", Map.of("disable_upsert", false), List.of()),
                new Attempt("POST", "celune-transit/datakey/plaintext/" + NAME, Map.of("context", "eA=="), List.of()),
                new Attempt("GET", "sys/mounts", Map.of(), List.of()),
                new Attempt("GET", "sys/policies/acl/celune-runtime", Map.of(), List.of()),
                // The last one, because it ends the key.
                new Attempt("DELETE", KEY, Map.of(), keyWorker));
        for (String identity : List.of("celune-runtime", "celune-checkpoint-signer", "celune-key-worker")) {
            String token = VAULT.token(identity, "1h");
            for (Attempt attempt : attempts) {
                int status = VAULT.status(attempt.method(), attempt.path(), token, attempt.body());
                String what = identity + " " + attempt.method() + " " + attempt.path() + ": " + status;
                if (attempt.allowed().contains(identity)) {
                    assertTrue(status < 300, what);
                } else {
                    assertEquals(403, status, what);
                }
            }
        }
        TreeSet<String> covered = new TreeSet<>();
        attempts.forEach(attempt -> covered.addAll(attempt.allowed()));
        assertEquals(List.of("celune-checkpoint-signer", "celune-key-worker", "celune-runtime"), List.copyOf(covered));
    }
}
