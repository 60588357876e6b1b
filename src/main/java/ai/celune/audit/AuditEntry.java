package ai.celune.audit;

import ai.celune.crypto.Binding;
import ai.celune.crypto.Digest;
import ai.celune.crypto.Envelopes;
import ai.celune.crypto.SecretShreddedException;
import ai.celune.security.Actor;
import ai.celune.security.RequestFacts;
import ai.celune.tenancy.Ids;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.erdtman.jcs.JsonCanonicalizer;
import org.jspecify.annotations.Nullable;

/**
 * One entry as it is stored: the RFC 8785 bytes that are hashed, the columns that search needs, and the sealed personal values.
 *
 * @param leafHash RFC 6962 leaf hash of {@code bytes}
 * @param opening sealed address, user agent and the like; null where there are none
 */
record AuditEntry(
        UUID id,
        UUID workspaceId,
        Instant recordedAt,
        Instant occurredAt,
        String action,
        Outcome outcome,
        @Nullable UUID actorId,
        @Nullable String targetId,
        byte[] bytes,
        byte[] leafHash,
        byte @Nullable [] opening) {
    private static final String ROWS = """
            entry as (insert into audit_event \
            (id, workspace_id, recorded_at, occurred_at, action, outcome, actor_id, target_id, leaf_hash, bytes) \
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)), \
            pending as (insert into audit_pending (event_id, workspace_id) values (?, ?)) \
            insert into audit_opening (event_id, workspace_id, sealed) select ?, ?, ? where ?""";

    /** One round trip for the three tables. */
    static final String INSERT = "with " + ROWS;

    /** The beginning of an action that another entry will end; parameters: its id, and until when that is to come. */
    static final String INSERT_OPEN =
            "with open as (insert into audit_open (id, workspace_id, event_id, ends_by) values (?, ?, ?, ?)), " + ROWS;

    private static final int MAX_BYTES = 32 * 1024;
    private static final byte[] LEAF = {0};

    static AuditEntry of(
            UUID workspace,
            Origin origin,
            AuditEvent fact,
            Instant recordedAt,
            Instant occurredAt,
            ObjectMapper json,
            Envelopes envelopes) {
        UUID id = Ids.next();
        EventSchema schema = EventSchema.of(fact);
        String target = fact.target() == null ? null : fact.target().toString();
        Map<String, @Nullable Object> entry = new LinkedHashMap<>();
        entry.put("v", 1);
        entry.put("id", id.toString());
        entry.put("workspaceId", workspace.toString());
        // Micros, because that is what the column keeps and the two are compared later.
        entry.put("recordedAt", recordedAt.truncatedTo(ChronoUnit.MICROS).toString());
        entry.put("occurredAt", occurredAt.truncatedTo(ChronoUnit.MICROS).toString());
        entry.put("action", schema.action());
        entry.put("outcome", schema.outcome(fact).name().toLowerCase(Locale.ROOT));
        entry.put("reason", fact.reason());
        entry.put("actor", ref(origin.actor()));
        entry.put("credential", ref(origin.credential()));
        entry.put("target", target == null ? null : Map.of("type", schema.targetType(), "id", target));
        entry.put(
                "requestId", origin.request() == null ? null : origin.request().requestId());
        entry.put("traceId", origin.request() == null ? null : origin.request().traceId());
        entry.put("details", schema.details(fact));
        byte[] bytes = canonical(entry, json);
        if (bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException(schema.action() + " does not fit an entry");
        }
        return new AuditEntry(
                id,
                workspace,
                recordedAt,
                occurredAt,
                schema.action(),
                schema.outcome(fact),
                origin.actor() == null ? null : origin.actor().id(),
                target,
                bytes,
                Digest.sha256(LEAF, bytes),
                opening(id, workspace, origin.request(), schema.personal(fact), json, envelopes));
    }

    private static @Nullable Object ref(Actor.@Nullable Ref ref) {
        return ref == null ? null : Map.of("type", ref.type(), "id", ref.id().toString());
    }

    private static byte @Nullable [] opening(
            UUID id,
            UUID workspace,
            @Nullable RequestFacts request,
            Map<String, Object> personal,
            ObjectMapper json,
            Envelopes envelopes) {
        Map<String, Object> values = new LinkedHashMap<>(personal);
        if (request != null) {
            values.put("address", request.address());
            if (request.userAgent() != null) {
                values.put("userAgent", request.userAgent());
            }
        }
        try {
            return values.isEmpty()
                    ? null
                    : envelopes.seal(new Binding(workspace, id, "audit-opening", 1), canonical(values, json));
        } catch (SecretShreddedException _) {
            // Nobody could ever open them, and what happens in the last minutes of a workspace is still an entry.
            return null;
        }
    }

    private static byte[] canonical(Map<String, ? extends @Nullable Object> values, ObjectMapper json) {
        try {
            return new JsonCanonicalizer(json.writeValueAsString(values)).getEncodedUTF8();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new IllegalArgumentException("not canonical JSON", e);
        }
    }

    void bind(PreparedStatement statement) throws SQLException {
        bind(statement, 1);
    }

    /** For {@link #INSERT_OPEN}. */
    void bind(PreparedStatement statement, UUID action, Instant endsBy) throws SQLException {
        statement.setObject(1, action);
        statement.setObject(2, workspaceId);
        statement.setObject(3, id);
        statement.setObject(4, endsBy.atOffset(ZoneOffset.UTC));
        bind(statement, 5);
    }

    private void bind(PreparedStatement statement, int first) throws SQLException {
        int i = first;
        statement.setObject(i++, id);
        statement.setObject(i++, workspaceId);
        statement.setObject(i++, recordedAt.atOffset(ZoneOffset.UTC));
        statement.setObject(i++, occurredAt.atOffset(ZoneOffset.UTC));
        statement.setString(i++, action);
        statement.setString(i++, outcome.name().toLowerCase(Locale.ROOT));
        statement.setObject(i++, actorId, Types.OTHER);
        statement.setString(i++, targetId);
        statement.setBytes(i++, leafHash);
        statement.setBytes(i++, bytes);
        statement.setObject(i++, id);
        statement.setObject(i++, workspaceId);
        statement.setObject(i++, id);
        statement.setObject(i++, workspaceId);
        statement.setBytes(i++, opening);
        statement.setBoolean(i, opening != null);
    }

    @Override
    public String toString() {
        return action + " " + new String(bytes, StandardCharsets.UTF_8);
    }
}
