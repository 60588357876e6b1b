package ai.celune.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A stored secret opens in its own row and at its own version, whole, or not at all (cases 1 to 5). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class CorruptSecretTest {
    private static final String MODELS = "/v1/proxy/openai/v1/models";

    private final Session owner = Actors.newWorkspace();
    private final UUID key = store(owner, "sk-first-0123456789");
    private Provider provider;

    @BeforeEach
    void start() {
        provider = Provider.start();
    }

    @AfterEach
    void stop() {
        provider.close();
    }

    /** What somebody who can write to the database may try. */
    enum Tampering {
        SWAPPED_IN_THE_WORKSPACE {
            @Override
            void apply(CorruptSecretTest test) {
                swap(test.key, store(test.owner, "sk-second-0123456789"));
            }
        },
        SWAPPED_BETWEEN_WORKSPACES {
            @Override
            void apply(CorruptSecretTest test) {
                swap(test.key, store(Actors.newWorkspace(), "sk-foreign-0123456789"));
            }
        },
        OLDER_VALUE_RESTORED {
            @Override
            void apply(CorruptSecretTest test) {
                String older = sealed(test.key);
                test.replaceValue();
                reseal(test.key, older);
            }
        },
        KEY_VERSION_EDITED {
            @Override
            void apply(CorruptSecretTest test) {
                reseal(test.key, sealed(test.key).replace(":v1:", ":v2:"));
            }
        },
        BIT_FLIPPED {
            @Override
            void apply(CorruptSecretTest test) {
                StringBuilder sealed = new StringBuilder(sealed(test.key));
                int place = sealed.indexOf(":v1:") + 24;
                sealed.setCharAt(place, sealed.charAt(place) == 'A' ? 'B' : 'A');
                reseal(test.key, sealed.toString());
            }
        },
        CUT_OFF {
            @Override
            void apply(CorruptSecretTest test) {
                reseal(test.key, sealed(test.key).substring(0, "ring:v1:".length() + 8));
            }
        };

        abstract void apply(CorruptSecretTest test);
    }

    @ParameterizedTest
    @EnumSource
    void aTamperedValueIsNeverSentAndIsTakenOutOfUse(Tampering tampering) {
        tampering.apply(this);
        Rows.LogMark mark = Rows.mark();
        assertIntegrity(use());
        assertIntegrity(use());
        assertTrue(provider.calls().isEmpty());
        assertTrue(show().json().path("quarantined").asBoolean());
        Agent.eventually(() -> mark.added(owner.workspaceId()).contains("provider_key.use_completed"));
        assertEquals(
                List.of("provider_key.use_completed", "provider_key.used", "secret.integrity_failed"),
                mark.added(owner.workspaceId()).stream()
                        .filter(action -> !action.equals("data.read"))
                        .toList());

        replaceValue();
        assertEquals(200, use().status());
        assertEquals("Bearer sk-newer-0123456789", provider.call().header("Authorization"));
    }

    @Test
    void callsThatMeetACorruptValueAtOnceAreAllToldTheSame() {
        Tampering.BIT_FLIPPED.apply(this);
        Rows.LogMark mark = Rows.mark();
        Api.atOnce(3, this::use).forEach(CorruptSecretTest::assertIntegrity);
        assertEquals(
                1,
                mark.added(owner.workspaceId()).stream()
                        .filter("secret.integrity_failed"::equals)
                        .count());
        assertTrue(provider.calls().isEmpty());
    }

    @Test
    void withoutTheKeyringNothingIsStoredAndNothingIsSent() throws IOException {
        Map<String, String> before = Rows.stored();
        Path keyring = ConfigProvider.getConfig().getValue("celune.keyring.file", Path.class);
        Path away = keyring.resolveSibling("keyring-away.json");
        Files.move(keyring, away);
        try {
            assertUnavailable(create(owner, "sk-second-0123456789"));
            assertUnavailable(Api.put(
                    "/v1/provider-keys/" + key + "/value", owner.token(), Map.of("key", "sk-newer-0123456789")));
            assertUnavailable(use());
            assertEquals(before, Rows.stored());
            assertTrue(provider.calls().isEmpty());
        } finally {
            Files.move(away, keyring);
        }
        assertEquals(200, use().status());
    }

    private Reply use() {
        return Api.send("GET", MODELS, owner.token(), null, "Celune-Provider-Key", key.toString());
    }

    private Reply show() {
        return Api.get("/v1/provider-keys/" + key, owner.token()).require(200);
    }

    private void replaceValue() {
        Api.put("/v1/provider-keys/" + key + "/value", owner.token(), Map.of("key", "sk-newer-0123456789"))
                .require(200);
    }

    private static UUID store(Session of, String value) {
        return create(of, value).require(201).id();
    }

    private static Reply create(Session of, String value) {
        return Api.post("/v1/provider-keys", of.token(), Map.of("provider", "openai", "name", "test", "key", value));
    }

    private static String sealed(UUID of) {
        return Rows.one("select sealed from provider_key where id = ?", of);
    }

    private static void reseal(UUID of, String sealed) {
        Rows.update("update provider_key set sealed = ? where id = ?", sealed, of);
    }

    private static void swap(UUID one, UUID other) {
        String first = sealed(one);
        reseal(one, sealed(other));
        reseal(other, first);
    }

    private static void assertIntegrity(Reply reply) {
        assertEquals("500 secret_integrity", reply.status() + " " + reply.code(), reply.toString());
        assertEquals("true", reply.header("Celune-Error"));
    }

    private static void assertUnavailable(Reply reply) {
        assertEquals("503 secret_store_unavailable", reply.status() + " " + reply.code(), reply.toString());
        assertTrue(Integer.parseInt(reply.header("Retry-After")) > 0);
    }
}
