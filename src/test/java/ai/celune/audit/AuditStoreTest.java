package ai.celune.audit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.crypto.Binding;
import ai.celune.crypto.Digest;
import ai.celune.crypto.Envelopes;
import ai.celune.crypto.Secret;
import ai.celune.security.Actor;
import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Rows;
import ai.celune.tenancy.Scope;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is stored of an event is what will be hashed, names nobody, and cannot be changed (R29, R31, R33). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class AuditStoreTest {
    @Inject
    AuditQueue queue;

    @Inject
    Envelopes envelopes;

    @Inject
    Scope scope;

    private final Session owner = Actors.newWorkspace();

    @Event(value = "test.noted", target = "test")
    record Noted(UUID target, String text) implements AuditEvent {}

    @Test
    void theBytesAreCanonicalAndHashedAsALeaf() throws IOException {
        for (String hex : ownEntries("encode(bytes, 'hex')")) {
            byte[] bytes = HexFormat.of().parseHex(hex);
            assertEquals(canonical(bytes), new String(bytes, StandardCharsets.UTF_8));
            byte[] leaf = Digest.sha256(new byte[] {0}, bytes);
            assertTrue(ownEntries("encode(leaf_hash, 'hex')")
                    .contains(HexFormat.of().formatHex(leaf)));
        }
    }

    @Test
    void theColumnsRepeatWhatTheBytesSay() {
        assertEquals(
                List.of(),
                ownEntries("id || convert_from(bytes, 'UTF8') where not (convert_from(bytes, 'UTF8')::jsonb @>"
                        + " jsonb_build_object('id', id, 'workspaceId', workspace_id, 'action', action, 'outcome', outcome)"
                        + " and (convert_from(bytes, 'UTF8')::jsonb ->> 'recordedAt')::timestamptz = recorded_at"
                        + " and (convert_from(bytes, 'UTF8')::jsonb ->> 'occurredAt')::timestamptz = occurred_at)"));
    }

    @Test
    void everyEntryWaitsForTheSequencer() {
        assertEquals(
                ownEntries("id::text").stream().sorted().toList(),
                Rows.column("select event_id::text from audit_pending where workspace_id = ?", owner.workspaceId())
                        .stream()
                        .sorted()
                        .toList());
    }

    @Test
    void personalValuesLieSealedBesideTheEntry() throws IOException {
        UUID signedUp = UUID.fromString(Rows.one(
                "select id from audit_event where workspace_id = ? and action = 'user.signed_up'",
                owner.workspaceId()));
        String sealed = Rows.one("select sealed from audit_opening where event_id = ?", signedUp);
        byte[] envelope = HexFormat.of().parseHex(sealed.substring("\\x".length()));
        assertFalse(new String(envelope, ISO_8859_1).contains(owner.email()));
        Binding binding = new Binding(owner.workspaceId(), signedUp, "audit-opening", 1);
        try (Secret opened = scope.asWorkspace(owner.workspaceId(), () -> envelopes.open(binding, envelope))) {
            JsonNode values = new ObjectMapper().readTree(opened.bytes());
            assertEquals(owner.email(), values.path("email").asText());
            assertEquals("127.0.0.1", values.path("address").asText());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "celune_app, update audit_event set action = 'x'",
        "celune_app, delete from audit_event",
        "celune_audit, update audit_event set action = 'x'",
        "celune_audit, delete from audit_event",
        "celune_audit, select 1 from audit_event",
        "celune_authn, delete from audit_event",
        "celune_authn, select 1 from audit_event",
        "celune_owner, update audit_event set action = 'x'",
        "celune_owner, delete from audit_event",
        "celune_owner, truncate audit_event",
        "celune_app, delete from audit_opening",
        "celune_audit, delete from audit_pending",
    })
    void noRoleOfOursChangesAnEntry(String role, String statement) {
        String before = ownLog();
        IllegalStateException refused = assertThrows(IllegalStateException.class, () -> Rows.updateAs(role, statement));
        assertTrue(
                String.valueOf(refused.getMessage()).matches("(?s).*(permission denied|append-only).*"),
                refused.getMessage());
        assertEquals(before, ownLog());
    }

    /** In other workspaces counts of earlier calls still arrive. */
    private String ownLog() {
        return Rows.one(
                "select md5(string_agg(t::text, '' order by id)) from audit_event t where workspace_id = ?",
                owner.workspaceId());
    }

    @Test
    void anEventThatCannotBeStoredTakesNoOtherWithIt() {
        List<CompletableFuture<Void>> stored = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            String text = i % 10 == 3 ? "x".repeat(40_000) : "fine";
            stored.add(queue.append(owner.workspaceId(), origin(), new Noted(UUID.randomUUID(), text)));
        }
        CompletableFuture.allOf(stored.toArray(CompletableFuture[]::new))
                .exceptionally(some -> null)
                .join();
        assertEquals(
                5,
                stored.stream()
                        .filter(CompletableFuture::isCompletedExceptionally)
                        .count());
        assertEquals(
                "45",
                Rows.one(
                        "select count(*) from audit_event where workspace_id = ? and action = 'test.noted'",
                        owner.workspaceId()));
    }

    @Test
    void aRolledBackChangeLeavesNoEvent() {
        Rows.LogMark mark = Rows.mark();
        Api.post("/v1/service-accounts", owner.token(), Map.of("name", "robot", "role", "nobody"))
                .require(400);
        assertEquals(List.of(), mark.added(owner.workspaceId()));
    }

    private Origin origin() {
        return new Origin(Actor.Ref.user(owner.userId()), null, null);
    }

    private List<String> ownEntries(String what) {
        String[] parts = what.split(" where ", 2);
        return Rows.column(
                "select " + parts[0] + " from audit_event where workspace_id = ?"
                        + (parts.length > 1 ? " and " + parts[1] : ""),
                owner.workspaceId());
    }

    /** For entries of ASCII strings and small integers, sorted members without spaces are all that RFC 8785 asks for. */
    private static String canonical(byte[] bytes) throws IOException {
        ObjectMapper sorted = new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);
        return sorted.writeValueAsString(sorted.readValue(bytes, TreeMap.class));
    }
}
