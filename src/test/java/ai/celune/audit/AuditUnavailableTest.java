package ai.celune.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import ai.celune.support.TestClock;
import com.sun.net.httpserver.HttpServer;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What cannot be recorded does not happen, and its caller is told why (G3); the log's writer outlives whatever it is given. */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class AuditUnavailableTest {
    private static final int CAPACITY = 10_000;

    @Inject
    TestClock clock;

    @Inject
    AuditQueue queue;

    private final Session owner = Actors.newWorkspace();

    @Event(value = "test.noted", target = "test")
    record Noted(UUID target) implements AuditEvent {}

    /** An entry that cannot even be made. */
    @Event(value = "test.broken", target = "test")
    record Broken(UUID target) implements AuditEvent {
        @Override
        public String reason() {
            throw new StackOverflowError();
        }
    }

    @Test
    void aChangeThatCannotBeRecordedIsNotMade() throws Exception {
        UUID providerKey = storeKey();
        AtomicInteger seen = new AtomicInteger();
        HttpServer provider = provider(seen);
        Map<String, String> before = Rows.stored();
        Rows.LogMark mark = Rows.mark();
        Rows.update("revoke insert on audit_event from celune_app");
        try {
            assertUnavailable(Api.post("/v1/service-accounts", owner.token(), Map.of("name", "new", "role", "member")));
            assertUnavailable(Api.patch("/v1/settings", owner.token(), Map.of("name", "Another")));
            assertUnavailable(Api.put(
                    "/v1/provider-keys/" + providerKey + "/value", owner.token(), Map.of("key", "sk-another-01234")));
            assertUnavailable(Api.delete("/v1/provider-keys/" + providerKey, owner.token()));
            assertUnavailable(Api.get("/v1/members", owner.token()));
            assertUnavailable(Actors.signIn(owner.email(), Actors.PASSWORD));
            Reply call = Api.get("/v1/proxy/openai/v1/models", owner.token());
            assertUnavailable(call);
            assertEquals("true", call.header("Celune-Error"));
            assertEquals(0, seen.get());
            assertEquals(before, Rows.stored());
            assertEquals(Map.of(), mark.added());
        } finally {
            Rows.update("grant insert on audit_event to celune_app");
            provider.stop(0);
        }
        assertEquals(200, Api.get("/v1/members", owner.token()).status());
    }

    @Test
    void aRefusalThatCannotBeRecordedIsNotAnswered() {
        String key = Actors.key(owner, "members:read").token();
        Map<String, String> before = Rows.stored("sign_in_attempt");
        Rows.LogMark mark = Rows.mark();
        // Of the credentials that nobody knows the first of a minute is an event; no other test shows any at this time.
        clock.advance(Duration.ofMinutes(7));
        Rows.update("revoke insert on audit_event from celune_audit");
        try {
            assertUnavailable(Api.get("/v1/provider-keys", key));
            assertUnavailable(Api.get("/v1/service-accounts/" + UUID.randomUUID(), owner.token()));
            assertUnavailable(Actors.signIn(owner.email(), "not the password"));
            assertUnavailable(Actors.signIn(Actors.newEmail(), "not the password"));
            assertUnavailable(Api.get("/v1/me", "nonsense"));
            assertUnavailable(Api.get("/v1/me", "nonsense"));
            assertEquals(before, Rows.stored("sign_in_attempt"));
            assertEquals(Map.of(), mark.added());
        } finally {
            Rows.update("grant insert on audit_event to celune_audit");
            clock.reset();
        }
        assertEquals(401, Api.get("/v1/me", "nonsense").status());
    }

    @Test
    void anErrorInAnEntryFailsThatEntryAlone() {
        CompletableFuture<Void> broken =
                queue.append(owner.workspaceId(), Origin.NOBODY, new Broken(UUID.randomUUID()));
        CompletableFuture<Void> next = queue.append(owner.workspaceId(), Origin.NOBODY, new Noted(UUID.randomUUID()));
        next.join();
        assertTrue(broken.isCompletedExceptionally());
        assertTrue(queue.isWriting());
    }

    @Test
    void aFloodOfRefusalsLeavesRoomForEndsOfUses() throws Exception {
        List<CompletableFuture<Void>> flood = new ArrayList<>();
        CompletableFuture<Void> end;
        try (Connection writer = DriverManager.getConnection(PostgresResource.superuserJdbcUrl())) {
            writer.setAutoCommit(false);
            lock(writer);
            for (int i = 0; i < CAPACITY; i++) {
                flood.add(queue.append(owner.workspaceId(), Origin.NOBODY, new Noted(UUID.randomUUID())));
            }
            assertTrue(flood.getLast().isCompletedExceptionally());
            assertUnavailable(Api.get("/v1/service-accounts/" + UUID.randomUUID(), owner.token()));
            end = queue.end(owner.workspaceId(), Origin.NOBODY, new Noted(UUID.randomUUID()), UUID.randomUUID());
            assertFalse(end.isCompletedExceptionally());
            writer.rollback();
        }
        end.join();
        long refused = flood.stream()
                .filter(CompletableFuture::isCompletedExceptionally)
                .count();
        assertTrue(refused > 0 && refused < CAPACITY / 2, refused + " refused");
    }

    private static void lock(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("lock table audit_event in exclusive mode");
        }
    }

    private UUID storeKey() {
        return Api.post(
                        "/v1/provider-keys",
                        owner.token(),
                        Map.of("provider", "openai", "name", "test", "key", "sk-test-0123456789"))
                .require(201)
                .id();
    }

    private static HttpServer provider(AtomicInteger seen) throws IOException {
        HttpServer provider =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), ProviderAddress.port()), 5);
        provider.createContext("/", exchange -> {
            seen.incrementAndGet();
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        provider.start();
        return provider;
    }

    private static void assertUnavailable(Reply reply) {
        assertEquals("503 audit_unavailable", reply.status() + " " + reply.code(), reply.toString());
        assertEquals("5", reply.header("Retry-After"));
    }
}
