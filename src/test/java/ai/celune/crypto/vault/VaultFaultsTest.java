package ai.celune.crypto.vault;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.crypto.Binding;
import ai.celune.crypto.Sealer;
import ai.celune.crypto.Secret;
import ai.celune.crypto.SecretStoreUnavailableException;
import ai.celune.support.TestVault;
import ai.celune.support.VaultProxy;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real Vault behind a proxy that is slow, lies, mixes answers up or hides things: never a wrong value, never a wait without end. */
class VaultFaultsTest {
    private static final byte[] VALUE = "sk-live-0123456789abcdef".getBytes(UTF_8);
    private static final JsonMapper JSON = new JsonMapper();
    private static final TestVault VAULT = TestVault.running();

    private final VaultProxy proxy = new VaultProxy(VAULT.url());
    private final UUID workspace = UUID.randomUUID();
    private final Binding binding = new Binding(workspace, UUID.randomUUID(), "provider-key", 1);
    private Vault vault;
    private String sealed;

    @BeforeEach
    void seal() {
        vault = VaultConnections.to(
                VAULT.properties(), "celune.vault.url", proxy.url().toString(), "celune.vault.deadline", "600ms");
        sealer().createKey(workspace);
        sealed = sealer().seal(binding, VALUE);
    }

    @AfterEach
    void close() throws IOException {
        vault.close();
        proxy.close();
    }

    private Sealer sealer() {
        return vault.sealer();
    }

    @Test
    void aSilentVaultIsGivenUpAtTheDeadline() {
        proxy.doing((silent, exchange) ->
                LockSupport.parkNanos(Duration.ofSeconds(3).toNanos()));
        assertUnavailableWithin(Duration.ofMillis(1_500));
    }

    @Test
    void aVaultThatDripsIsGivenUpAtTheDeadlineToo() {
        proxy.doing((slow, exchange) -> {
            byte[] answer = slow.ask(exchange).body();
            exchange.http().sendResponseHeaders(200, answer.length);
            OutputStream body = exchange.http().getResponseBody();
            for (byte b : answer) {
                body.write(b);
                body.flush();
                LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
            }
        });
        assertUnavailableWithin(Duration.ofMillis(1_500));
    }

    @Test
    void aConnectionThatBreaksIsUnavailable() {
        proxy.doing((broken, exchange) -> exchange.http().close());
        assertUnavailableWithin(Duration.ofMillis(1_500));
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 403, 404, 412, 429, 472, 473, 500, 502, 503})
    void noStatusIsTakenForATamperedValue(int status) {
        proxy.doing((down, exchange) -> exchange.answer(status, "{\"errors\":[\"no\"]}".getBytes(UTF_8)));
        assertThrows(SecretStoreUnavailableException.class, () -> sealer().open(binding, sealed));
        assertThrows(SecretStoreUnavailableException.class, () -> sealer().seal(binding, VALUE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<html>welcome</html>",
                "{}",
                "[]",
                "{\"data\":{}}",
                "{\"data\":{\"plaintext\":7,\"ciphertext\":7}}",
                "{\"data\":{\"plaintext\":\"%%%\",\"ciphertext\":\"%%%\"}}",
                "{\"data\":{\"plaintext\":\"c2Vjcm",
                "{\"data\":{\"plaintext\":\"c2VjcmV0\",\"ciphertext\":\"vault:v1:AAAA\"}}"
            })
    void anAnswerThatIsNoneIsUnavailable(String answer) {
        proxy.doing((wrong, exchange) -> exchange.answer(200, answer.getBytes(UTF_8)));
        assertThrows(SecretStoreUnavailableException.class, () -> sealer().open(binding, sealed));
        assertThrows(SecretStoreUnavailableException.class, () -> sealer().seal(binding, VALUE));
    }

    /** Case 17: what Vault was sent or has answered stands in no failure, however it is broken off or quoted. */
    @Test
    void noFailureTellsTheValue() {
        for (int status : new int[] {200, 400, 403, 500}) {
            proxy.doing((broken, exchange) -> {
                String answer = new String(broken.ask(exchange).body(), UTF_8);
                int value = answer.indexOf(Base64.getEncoder().encodeToString(VALUE));
                exchange.answer(status, answer.substring(0, value + 20).getBytes(UTF_8));
            });
            assertTellsNothing(() -> sealer().open(binding, sealed));
            proxy.doing((quoting, exchange) -> exchange.answer(
                    status,
                    ("{\"errors\":[\"cannot read " + new String(exchange.body(), UTF_8) + "\"]}").getBytes(UTF_8)));
            assertTellsNothing(() -> sealer().seal(binding, VALUE));
            proxy.doing((quoting, exchange) -> exchange.answer(status, exchange.body()));
            assertTellsNothing(() -> sealer().seal(binding, VALUE));
        }
    }

    private static void assertTellsNothing(Executable call) {
        StringWriter told = new StringWriter();
        assertThrows(SecretStoreUnavailableException.class, call).printStackTrace(new PrintWriter(told));
        String value = new String(VALUE, UTF_8);
        for (String piece : List.of(value, Base64.getEncoder().encodeToString(VALUE))) {
            assertFalse(told.toString().contains(piece.substring(0, 12)), told.toString());
        }
    }

    /** Two calls whose answers are exchanged on the way: neither may get the other's secret. */
    @Test
    void anotherRequestsAnswerIsNotTakenForOnesOwn() throws IOException {
        Binding other = new Binding(workspace, UUID.randomUUID(), "provider-key", 1);
        String others = sealer().seal(other, "sk-of-somebody-else".getBytes(UTF_8));
        AtomicReference<byte[]> first = new AtomicReference<>();
        proxy.doing((mixed, exchange) -> {
            byte[] now = mixed.ask(exchange).body();
            byte[] before = first.getAndSet(now);
            exchange.answer(200, before == null ? now : before);
        });
        sealer().open(other, others).close();
        assertThrows(SecretStoreUnavailableException.class, () -> sealer().open(binding, sealed));
    }

    @Test
    void whatTheStoreCouldNotGiveBackIsNotAccepted() {
        AtomicReference<byte[]> first = new AtomicReference<>();
        proxy.doing((mixed, exchange) -> {
            byte[] now = mixed.ask(exchange).body();
            if (exchange.path().contains("/encrypt/")) {
                byte[] before = first.getAndSet(now);
                exchange.answer(200, before == null ? now : before);
            } else {
                exchange.answer(200, now);
            }
        });
        sealer().seal(binding, VALUE);
        assertThrows(
                SecretStoreUnavailableException.class,
                () -> sealer().seal(new Binding(workspace, UUID.randomUUID(), "provider-key", 1), VALUE));
    }

    /** Case 14. */
    @Test
    void aShuffledBatchIsPutInOrder() {
        proxy.doing((shuffling, exchange) ->
                exchange.answer(200, shuffled(shuffling.ask(exchange).body())));
        List<Sealer.Sealed> values = batch();
        List<Optional<String>> rewrapped = sealer().rewrap(workspace, values);
        proxy.doing(VaultProxy::forward);
        for (int i = 0; i < values.size(); i++) {
            try (Secret opened =
                    sealer().open(values.get(i).binding(), rewrapped.get(i).orElseThrow())) {
                assertArrayEquals(("value " + i).getBytes(UTF_8), opened.bytes());
            }
        }
    }

    @Test
    void aBatchWithAnAnswerTooFewOrTwiceIsUnavailable() {
        List<Sealer.Sealed> values = batch();
        proxy.doing((lossy, exchange) ->
                exchange.answer(200, edited(lossy.ask(exchange).body(), results -> results.remove(3))));
        assertThrows(SecretStoreUnavailableException.class, () -> sealer().rewrap(workspace, values));
        proxy.doing((lossy, exchange) ->
                exchange.answer(200, edited(lossy.ask(exchange).body(), results -> results.set(3, results.get(4)))));
        assertThrows(SecretStoreUnavailableException.class, () -> sealer().rewrap(workspace, values));
    }

    @Test
    void aNewKeyThatNodesSeeLaterIsWaitedFor() {
        Map<String, Long> born = new ConcurrentHashMap<>();
        proxy.doing((lagging, exchange) -> {
            String key = exchange.path().replaceAll(".*/(ws-[0-9a-f-]{36}).*", "$1");
            if (exchange.http().getRequestMethod().equals("POST")
                    && exchange.path().contains("/keys/")) {
                born.putIfAbsent(key, System.nanoTime());
                lagging.forward(exchange);
            } else if (born.containsKey(key)
                    && System.nanoTime() - born.get(key) < Duration.ofSeconds(3).toNanos()) {
                exchange.answer(
                        exchange.path().contains("/keys/") ? 404 : 400,
                        "{\"errors\":[\"encryption key not found\"]}".getBytes(UTF_8));
            } else {
                lagging.forward(exchange);
            }
        });
        UUID late = UUID.randomUUID();
        sealer().createKey(late);
        Binding there = new Binding(late, UUID.randomUUID(), "provider-key", 1);
        assertEquals(
                VALUE.length, sealer().open(there, sealer().seal(there, VALUE)).length());
    }

    /** Vault Enterprise tells how far it has come, and a node that lags is asked to catch up. */
    @Test
    void aNodeThatDoesNotKnowTheKeyYetIsAskedAgainWithTheNewestIndex() {
        Set<String> asked = ConcurrentHashMap.newKeySet();
        AtomicInteger refused = new AtomicInteger();
        proxy.doing((node, exchange) -> {
            exchange.http().getResponseHeaders().set("X-Vault-Index", "index-of-the-newest-write");
            if (exchange.path().contains("/decrypt/") && refused.getAndIncrement() == 0) {
                exchange.answer(400, "{\"errors\":[\"encryption key not found\"]}".getBytes(UTF_8));
            } else {
                asked.add(exchange.header("X-Vault-Index"));
                node.forward(exchange);
            }
        });
        sealer().rotateKey(workspace);
        sealer().open(binding, sealed).close();
        assertTrue(asked.contains("index-of-the-newest-write"));
    }

    @Test
    void theNamespaceIsSentWithEveryRequest() throws IOException {
        proxy.doing((demanding, exchange) -> {
            if (exchange.header("X-Vault-Namespace").equals("teams/celune")) {
                demanding.forward(exchange);
            } else {
                exchange.answer(403, "{\"errors\":[\"no namespace\"]}".getBytes(UTF_8));
            }
        });
        assertThrows(SecretStoreUnavailableException.class, () -> sealer().open(binding, sealed));
        try (Vault named = VaultConnections.to(
                VAULT.properties(),
                "celune.vault.url",
                proxy.url().toString(),
                "celune.vault.namespace",
                "teams/celune")) {
            named.sealer().open(binding, sealed).close();
        }
    }

    private void assertUnavailableWithin(Duration longest) {
        long start = System.nanoTime();
        assertThrows(SecretStoreUnavailableException.class, () -> sealer().open(binding, sealed));
        assertTrue(System.nanoTime() - start < longest.toNanos());
    }

    private List<Sealer.Sealed> batch() {
        List<Sealer.Sealed> values = new ArrayList<>();
        try (Vault direct = VaultConnections.to(VAULT.properties())) {
            for (int i = 0; i < 20; i++) {
                Binding one = new Binding(workspace, UUID.randomUUID(), "provider-key", 1);
                values.add(new Sealer.Sealed(one, direct.sealer().seal(one, ("value " + i).getBytes(UTF_8))));
            }
            return values;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static byte[] shuffled(byte[] answer) throws IOException {
        return edited(answer, results -> {
            List<JsonNode> order = new ArrayList<>();
            results.forEach(order::add);
            Collections.shuffle(order, new Random(1));
            results.removeAll().addAll(order);
        });
    }

    private static byte[] edited(byte[] answer, java.util.function.Consumer<ArrayNode> edit) throws IOException {
        ObjectNode tree = (ObjectNode) JSON.readTree(answer);
        edit.accept((ArrayNode) tree.path("data").path("batch_results"));
        return JSON.writeValueAsBytes(tree);
    }
}
