package ai.celune.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.celune.support.Actors;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import ai.celune.support.TestClock;
import ai.celune.tenancy.Scope;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** R13, R15: bulk data is sealed without the secret store, opens only where it belongs, and not without the store once its key has left memory. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class EnvelopesTest {
    private static final byte[] VALUE = "someone@example.com".getBytes(UTF_8);

    @Inject
    Envelopes envelopes;

    @Inject
    Scope scope;

    @Inject
    TestClock clock;

    private UUID workspace = UUID.randomUUID();
    private Binding binding = binding(workspace);

    @BeforeEach
    void newWorkspace() {
        workspace = Actors.newWorkspace().workspaceId();
        binding = binding(workspace);
    }

    @Test
    void opensWhereItBelongsAndNowhereElse() {
        byte[] sealed = envelopes.seal(binding, VALUE);
        assertArrayEquals(VALUE, open(binding, sealed));
        assertThrows(SecretIntegrityException.class, () -> open(binding(workspace), sealed));
        UUID other = Actors.newWorkspace().workspaceId();
        assertThrows(
                SecretIntegrityException.class,
                () -> open(new Binding(other, binding.record(), binding.kind(), 1), sealed));
    }

    @Test
    void doesNotOpenWithAnyBitFlippedOrWhenTruncated() {
        byte[] sealed = envelopes.seal(binding, VALUE);
        for (int bit = 0; bit < sealed.length * Byte.SIZE; bit++) {
            byte[] changed = sealed.clone();
            changed[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            assertThrows(SecretIntegrityException.class, () -> open(binding, changed));
        }
        for (int length = 0; length < sealed.length; length++) {
            byte[] shorter = Arrays.copyOf(sealed, length);
            assertThrows(SecretIntegrityException.class, () -> open(binding, shorter));
        }
    }

    @Test
    void aDataKeyServesManyValuesAndIsReplacedAfterTwoHours() {
        String first = dataKey(envelopes.seal(binding, VALUE));
        assertEquals(first, dataKey(envelopes.seal(binding(workspace), VALUE)));
        clock.advance(Duration.ofHours(2).plusSeconds(1));
        assertNotEquals(first, dataKey(envelopes.seal(binding, VALUE)));
    }

    @Test
    void aDataKeyThatHasLeftMemoryIsOpenedByTheStore() {
        byte[] sealed = envelopes.seal(binding, VALUE);
        clock.advance(Duration.ofHours(3));
        assertArrayEquals(VALUE, open(binding, sealed));
    }

    @Test
    void anotherEncapsulationOpensNothing() {
        byte[] sealed = envelopes.seal(binding, VALUE);
        clock.advance(Duration.ofHours(3));
        Rows.update(
                "update data_key set encapsulated = set_byte(encapsulated, 7, get_byte(encapsulated, 7) # 1) where id = ?",
                UUID.fromString(dataKey(sealed)));
        assertThrows(SecretIntegrityException.class, () -> open(binding, sealed));
    }

    /** An outage of any length: the clock goes on by hours and the store is away all the time. */
    @Test
    void withoutTheStoreWritingGoesOnAndOpeningWaits() throws IOException {
        Actors.Session owner = Actors.newWorkspace();
        String key = "an-idempotency-key-" + UUID.randomUUID();
        create(owner.token(), key, "before").require(201);
        Path keyring = ConfigProvider.getConfig().getValue("celune.keyring.file", Path.class);
        Path away = keyring.resolveSibling("away");
        Files.move(keyring, away);
        try {
            for (int hour = 1; hour <= 3; hour++) {
                clock.advance(Duration.ofHours(1));
                String token = signIn(owner);
                create(token, "of-hour-" + hour + "-" + UUID.randomUUID(), "h" + hour)
                        .require(201);
                Api.get("/v1/service-accounts/" + UUID.randomUUID(), token).require(404);
                Actors.newWorkspace();
                if (hour == 3) {
                    assertEquals(
                            "secret_store_unavailable",
                            create(token, key, "before").require(503).code());
                }
            }
        } finally {
            Files.move(away, keyring);
        }
        assertEquals("true", create(signIn(owner), key, "before").require(201).header("Idempotency-Replayed"));
    }

    private static String signIn(Actors.Session who) {
        return Actors.Session.of(
                        who.email(), Actors.signIn(who.email(), Actors.PASSWORD).require(200))
                .token();
    }

    private static Reply create(String token, String key, String name) {
        return Api.post("/v1/service-accounts", token, Map.of("name", name, "role", "member"), "Idempotency-Key", key);
    }

    private byte[] open(Binding where, byte[] sealed) {
        return scope.asWorkspace(where.workspace(), () -> {
            try (Secret opened = envelopes.open(where, sealed)) {
                return opened.bytes().clone();
            }
        });
    }

    private static String dataKey(byte[] sealed) {
        String hex = HexFormat.of().formatHex(sealed, 0, 16);
        return hex.replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5");
    }

    private static Binding binding(UUID workspace) {
        return new Binding(workspace, UUID.randomUUID(), "audit-opening", 1);
    }
}
