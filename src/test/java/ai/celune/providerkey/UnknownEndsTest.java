package ai.celune.providerkey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.audit.Origin;
import ai.celune.audit.Outcome;
import ai.celune.audit.UnknownEnds;
import ai.celune.provider.Catalogue;
import ai.celune.security.Actor;
import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Rows;
import ai.celune.support.TestClock;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every use has exactly one end, also when nobody lived to tell it (R31). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class UnknownEndsTest {
    private static final Duration LONGEST = Duration.ofMinutes(15);

    @Inject
    Catalogue catalogue;

    @Inject
    ProviderKeyUses uses;

    @Inject
    UnknownEnds unknownEnds;

    @Inject
    TestClock clock;

    private Session owner;
    private Actor actor;

    @BeforeEach
    void aWorkspaceWithAKey() {
        owner = Actors.newWorkspace();
        Api.post(
                        "/v1/provider-keys",
                        owner.token(),
                        Map.of("provider", "openai", "name", "test", "key", "sk-unknown-0123456789"))
                .require(201);
        actor = owner.asOwner(owner.userId());
    }

    @Test
    void aUseThatNobodyEndsEndsOnceAsUnknown() {
        UsableKey use = begin();
        clock.advance(LONGEST.plusMinutes(3));
        unknownEnds.run();
        unknownEnds.run();
        assertEquals(List.of("failed outcome_unknown user " + owner.userId()), ends(use));
        assertEquals(List.of(), open());
    }

    @Test
    void aUseThatMayStillRunIsLeftAlone() {
        UsableKey use = begin();
        clock.advance(LONGEST.plusMinutes(1));
        unknownEnds.run();
        assertEquals(List.of(), ends(use));
        assertEquals(List.of(use.use().toString()), open());
    }

    @Test
    void aUseThatEndedNeverEndsAsUnknown() {
        UsableKey use = begin();
        complete(use).join();
        assertEquals(List.of(), open());
        clock.advance(LONGEST.plusMinutes(3));
        unknownEnds.run();
        assertEquals(List.of("success null user " + owner.userId()), ends(use));
    }

    @Test
    void anEndThatComesAfterItWasRecordedAsUnknownIsDropped() {
        UsableKey late = begin();
        clock.advance(LONGEST.plusMinutes(3));
        unknownEnds.run();
        complete(late).join();
        assertEquals(List.of("failed outcome_unknown user " + owner.userId()), ends(late));
    }

    @Test
    void replicasThatLookAtOnceRecordEachEndOnce() throws Exception {
        List<UsableKey> begun = Stream.generate(this::begin).limit(120).toList();
        clock.advance(LONGEST.plusMinutes(3));
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> replicas = Stream.generate(() -> Thread.ofPlatform().start(() -> {
                    try {
                        start.await();
                        unknownEnds.run();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                }))
                .limit(4)
                .toList();
        start.countDown();
        for (Thread replica : replicas) {
            replica.join();
        }
        begun.forEach(use -> assertEquals(1, ends(use).size()));
        assertEquals(List.of(), open());
    }

    @Test
    void theWriterOfTheLogDeletesNothingElse() {
        assertEquals(
                List.of("audit_open"),
                Rows.column("select table_name from information_schema.role_table_grants"
                        + " where grantee = 'celune_audit' and privilege_type = 'DELETE'"));
        assertTrue(Rows.column("select table_name from information_schema.role_table_grants"
                        + " where grantee = 'celune_audit' and privilege_type in ('UPDATE', 'TRUNCATE')")
                .isEmpty());
    }

    private UsableKey begin() {
        return uses.begin(
                actor,
                Origin.of(actor, null),
                new KeyRequest(
                        catalogue.find("openai").orElseThrow(),
                        null,
                        "GET",
                        "/v1/models",
                        KeyRequest.Models.NONE,
                        Set.of()),
                LONGEST);
    }

    private CompletableFuture<Void> complete(UsableKey use) {
        return uses.complete(
                        use,
                        Origin.of(actor, null),
                        new ProviderKeyEvents.UseCompleted(
                                use.id(),
                                use.use(),
                                Outcome.SUCCESS,
                                200,
                                null,
                                1L,
                                1L,
                                null,
                                null,
                                null,
                                null,
                                null,
                                1L))
                .toCompletableFuture();
    }

    private List<String> open() {
        return Rows.column("select id from audit_open where workspace_id = ?", owner.workspaceId());
    }

    private static List<String> ends(UsableKey use) {
        return Rows.column(
                "select concat_ws(' ', outcome, coalesce(e -> 'details' ->> 'cause', 'null'), e -> 'actor' ->> 'type',"
                        + " actor_id) from (select *, convert_from(bytes, 'UTF8')::json as e from audit_event) as entries"
                        + " where action = 'provider_key.use_completed' and e -> 'details' ->> 'use' = ?",
                use.use().toString());
    }
}
