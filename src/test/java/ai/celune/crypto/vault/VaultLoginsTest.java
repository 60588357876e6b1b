package ai.celune.crypto.vault;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.crypto.Binding;
import ai.celune.crypto.SecretStoreUnavailableException;
import ai.celune.support.TestClock;
import ai.celune.support.TestVault;
import ai.celune.support.VaultProxy;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the identities sign in to a real Vault, and what happens to their tokens. */
class VaultLoginsTest {
    private static final byte[] VALUE = "sk-live-0123456789abcdef".getBytes(UTF_8);
    private static final TestVault VAULT = TestVault.running();
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    @TempDir
    Path folder;

    private final VaultProxy proxy = new VaultProxy(VAULT.url());
    private final List<String> logins = Collections.synchronizedList(new ArrayList<>());
    private Map<String, String> properties = new HashMap<>();

    @BeforeEach
    void watchLogins() {
        properties = new HashMap<>(VAULT.properties());
        properties.put("celune.vault.url", proxy.url().toString());
        proxy.doing((watching, exchange) -> {
            if (exchange.path().contains("/v1/auth/")) {
                logins.add(exchange.path().substring("/v1/auth/".length()));
            }
            watching.forward(exchange);
        });
    }

    @AfterEach
    void close() {
        proxy.close();
    }

    @Test
    void aTokenFileServesUntilItsTokenIsReplaced() throws IOException {
        Path file = Files.writeString(folder.resolve("token"), VAULT.token("celune-runtime", "1h") + "\n");
        properties.put("celune.vault.runtime.token-file", file.toString());
        try (Vault vault = VaultConnections.to(properties)) {
            works(vault);
            VAULT.post(
                    "auth/token/revoke", Map.of("token", Files.readString(file).strip()));
            Files.writeString(file, VAULT.token("celune-runtime", "1h"));
            works(vault);
        }
    }

    @Test
    void anAppRoleSignsInOnceForManyCallsAndAgainWhenItsTokenIsRefused() throws IOException {
        appRole("runtime");
        appRole("key-worker");
        try (Vault vault = VaultConnections.to(properties)) {
            works(vault);
            works(vault);
            assertEquals(2, logins.size());
            VAULT.post("sys/leases/revoke-prefix/auth/approle/login", Map.of());
            logins.clear();
            works(vault);
            assertTrue(logins.stream().allMatch(path -> path.equals("approle/login")), logins.toString());
            assertTrue(logins.size() <= 4, logins.toString());
        }
    }

    /** The secret id is read again: one that was replaced while the service ran is used at the next sign-in. */
    @Test
    void theSecretIdIsReadAgainAtEachSignIn() throws IOException {
        appRole("runtime");
        Path secretId = Path.of(properties.get("celune.vault.runtime.secret-id-file"));
        String good = Files.readString(secretId);
        Files.writeString(secretId, "wrong");
        try (Vault vault = VaultConnections.to(properties)) {
            UUID workspace = UUID.randomUUID();
            assertThrows(
                    SecretStoreUnavailableException.class, () -> vault.sealer().createKey(workspace));
            Files.writeString(secretId, good);
            works(vault);
        }
    }

    @Test
    void ofManyThreadsThatNeedATokenOneSignsIn() throws Exception {
        appRole("runtime");
        try (Vault vault = VaultConnections.to(properties);
                var threads = Executors.newFixedThreadPool(16)) {
            UUID workspace = UUID.randomUUID();
            VAULT.post("celune-transit/keys/ws-" + workspace, Map.of("derived", true));
            List<Callable<String>> calls = Collections.nCopies(
                    16, () -> vault.sealer().seal(new Binding(workspace, UUID.randomUUID(), "provider-key", 1), VALUE));
            for (Future<String> call : threads.invokeAll(calls)) {
                call.get();
            }
            assertEquals(List.of("approle/login"), logins);
        }
    }

    @Test
    void aTokenIsRenewedShortlyBeforeItsEnd() throws IOException {
        appRole("runtime");
        TestClock clock = new TestClock();
        try (Vault vault = VaultConnections.to(properties, wire -> wire, clock)) {
            works(vault);
            logins.clear();
            clock.advance(java.time.Duration.ofMinutes(59).plusSeconds(40));
            works(vault);
            assertTrue(logins.contains("token/renew-self"), logins.toString());
            assertTrue(!logins.contains("approle/login"), logins.toString());
        }
    }

    @Test
    void whileVaultIsSilentNobodyWaitsForATokenLongerThanForAnAnswer() throws Exception {
        TestClock clock = new TestClock();
        try (Vault vault = VaultConnections.to(properties, wire -> wire, clock, "celune.vault.deadline", "600ms");
                var threads = Executors.newFixedThreadPool(16)) {
            works(vault);
            clock.advance(java.time.Duration.ofHours(2));
            proxy.doing((silent, exchange) -> java.util.concurrent.locks.LockSupport.parkNanos(
                    java.time.Duration.ofSeconds(3).toNanos()));
            long start = System.nanoTime();
            List<Callable<String>> calls = Collections.nCopies(
                    16,
                    () -> assertThrows(
                                    SecretStoreUnavailableException.class,
                                    () -> vault.sealer().createKey(UUID.randomUUID()))
                            .toString());
            for (Future<String> call : threads.invokeAll(calls)) {
                call.get();
            }
            assertTrue(
                    System.nanoTime() - start < java.time.Duration.ofSeconds(3).toNanos());
        }
    }

    /** What Kubernetes projects into a pod: a token of an issuer that Vault trusts, for one subject and audience. */
    @Test
    void aJsonWebTokenSignsIn() throws Exception {
        KeyPairGenerator p256 = KeyPairGenerator.getInstance("EC");
        p256.initialize(256);
        KeyPair issuer = p256.generateKeyPair();
        String mount = "jwt-" + UUID.randomUUID();
        VAULT.post("sys/auth/" + mount, Map.of("type", "jwt"));
        VAULT.post(
                "auth/" + mount + "/config",
                Map.of("jwt_validation_pubkeys", List.of(pem(issuer)), "bound_issuer", "https://cluster.test"));
        VAULT.setUp("--jwt", mount, "--service-account", "celune:celune", "--audience", "vault-of-the-test");
        Path file = folder.resolve("jwt");
        Files.writeString(file, jwt(issuer, "system:serviceaccount:celune:celune", "vault-of-the-test") + "\n");
        for (String identity : List.of("runtime", "key-worker")) {
            properties.remove("celune.vault." + identity + ".token-file");
            properties.put("celune.vault." + identity + ".jwt-file", file.toString());
            properties.put("celune.vault." + identity + ".role", "celune-" + identity);
            properties.put("celune.vault." + identity + ".auth-mount", mount);
        }
        try (Vault vault = VaultConnections.to(properties)) {
            works(vault);
        }
        for (String wrong : List.of(
                jwt(issuer, "system:serviceaccount:celune:other", "vault-of-the-test"),
                jwt(issuer, "system:serviceaccount:celune:celune", "somebody-else"))) {
            Files.writeString(file, wrong);
            try (Vault vault = VaultConnections.to(properties)) {
                assertThrows(
                        SecretStoreUnavailableException.class,
                        () -> vault.sealer().createKey(UUID.randomUUID()));
            }
        }
    }

    @Test
    void byTlsBothSidesShowWhoTheyAre() throws IOException {
        properties.put("celune.vault.url", VAULT.tlsUrl().toString());
        properties.put("celune.vault.ca-file", VAULT.certificate().pem().toString());
        properties.put(
                "celune.vault.certificate-file", VAULT.certificate().pem().toString());
        properties.put("celune.vault.key-file", VAULT.certificate().keyPem().toString());
        try (Vault vault = VaultConnections.to(properties)) {
            works(vault);
        }
        properties.remove("celune.vault.certificate-file");
        properties.remove("celune.vault.key-file");
        try (Vault vault = VaultConnections.to(properties)) {
            assertThrows(
                    SecretStoreUnavailableException.class, () -> vault.sealer().createKey(UUID.randomUUID()));
        }
        properties.remove("celune.vault.ca-file");
        try (Vault vault = VaultConnections.to(properties)) {
            assertThrows(
                    SecretStoreUnavailableException.class, () -> vault.sealer().createKey(UUID.randomUUID()));
        }
    }

    @Test
    void configurationThatDoesNotFitIsNamed() {
        refused("celune.vault.runtime", "celune.vault.runtime.token-file", "");
        refused("celune.vault.runtime", "celune.vault.runtime.jwt-file", "/jwt");
        refused("celune.vault.key-worker", "celune.vault.key-worker.token-file", "");
        refused("celune.vault.certificate-file", "celune.vault.certificate-file", "/certificate.pem");
        refused(
                "celune.vault.ca-file",
                "celune.vault.ca-file",
                folder.resolve("none.pem").toString());
    }

    private void refused(String named, String property, String value) {
        String message = String.valueOf(assertThrows(
                        IllegalStateException.class,
                        () -> VaultConnections.to(properties, property, value).close())
                .getMessage());
        assertTrue(message.contains(named), message);
    }

    private static void works(Vault vault) {
        UUID workspace = UUID.randomUUID();
        vault.sealer().createKey(workspace);
        Binding binding = new Binding(workspace, UUID.randomUUID(), "provider-key", 1);
        vault.sealer().open(binding, vault.sealer().seal(binding, VALUE)).close();
    }

    private void appRole(String identity) throws IOException {
        String role = "auth/approle/role/celune-" + identity;
        Path file = folder.resolve(identity + "-secret-id");
        Files.writeString(
                file,
                VAULT.post(role + "/secret-id", Map.of())
                        .path("data")
                        .path("secret_id")
                        .asText());
        properties.remove("celune.vault." + identity + ".token-file");
        properties.put("celune.vault." + identity + ".secret-id-file", file.toString());
        properties.put(
                "celune.vault." + identity + ".role",
                VAULT.read(role + "/role-id").path("role_id").asText());
    }

    private static String pem(KeyPair keys) {
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(keys.getPublic().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
    }

    private static String jwt(KeyPair issuer, String subject, String audience) throws Exception {
        Instant now = Clock.systemUTC().instant();
        JsonMapper json = new JsonMapper();
        String signed = BASE64.encodeToString(json.writeValueAsBytes(Map.of("alg", "ES256", "typ", "JWT")))
                + "."
                + BASE64.encodeToString(json.writeValueAsBytes(Map.of(
                        "iss", "https://cluster.test",
                        "sub", subject,
                        "aud", List.of(audience),
                        "iat", now.getEpochSecond(),
                        "exp", now.plusSeconds(600).getEpochSecond())));
        Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initSign(issuer.getPrivate());
        signature.update(signed.getBytes(UTF_8));
        return signed + "." + BASE64.encodeToString(signature.sign());
    }
}
