package ai.celune.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.contract.Operations.Operation;
import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import ai.celune.support.SlackStandIn;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Whoever belongs to one workspace cannot tell another one's ids from ids that nobody has (case 33). */
abstract class IsolationCases {
    /** Bodies that would be accepted inside the workspace, so that the id alone decides. */
    private static final Map<String, Object> BODIES = Map.of(
            "ApiKeyResource_change", Map.of("name", "mine now"),
            "MemberResource_changeRole", Map.of("role", "auditor"),
            "RoleResource_change", Map.of("permissions", List.of("audit:read")),
            "ProviderKeyResource_follow", Map.of("priority", 1),
            "ProviderKeyResource_replaceValue", Map.of("key", "sk-replaced-by-a-stranger"),
            "SlackConnectionResource_replaceValue", Map.of("key", SlackStandIn.webhookUrl()),
            "SlackConnectionResource_send", Map.of("text", "x"),
            "SlackConnectionResource_verify", Map.of("timestamp", "1", "signature", "v0=", "body", ""),
            "ProviderKeyResource_attest",
                    Map.of("trains", false, "retentionDays", 0, "region", "EU", "until", "2099-12-31T00:00:00Z"));

    private static final Pattern UUID_TYPE = Pattern.compile("schemas/UUID|\"uuid\"");

    final Actors actors = new Actors();

    @Test
    void foreignIdsInPathsLookLikeUnknownOnes() {
        Map<String, String> ids = idsByCollection();
        Session stranger = stranger();
        for (Operation operation : operationsWithIds()) {
            String foreign = operation.filled((of, parameter) -> ids.get(collection(of)));
            Map<String, String> before = Rows.stored();
            Rows.LogMark mark = Rows.mark();
            Reply refused = call(operation, foreign, stranger);
            Reply unknown = call(operation, operation.filledAtRandom(), stranger);
            assertEquals(404, refused.status(), refused.toString());
            assertEquals("not_found", refused.code(), operation.name());
            assertEquals(unknown.withoutRequestId(), refused.withoutRequestId(), operation.name());
            assertEquals(unknown.status(), refused.status(), operation.name());
            assertEquals(before, Rows.stored(), operation.name());
            assertEquals(
                    Map.of(stranger.workspaceId(), List.of("request.not_found", "request.not_found")),
                    mark.added(),
                    operation.name());
        }
    }

    @Test
    void theIdsOfTheTestAreThoseThatTheOwnerFinds() {
        Map<String, String> ids = idsByCollection();
        for (Operation operation : operationsWithIds()) {
            if (!operation.changes()) {
                Reply found =
                        call(operation, operation.filled((of, parameter) -> ids.get(collection(of))), actors.owner());
                assertEquals(200, found.status(), found.toString());
            }
        }
    }

    @Test
    void everyIdInAPathIsOfACollectionThatThisTestKnows() {
        Set<String> unknown = new TreeSet<>();
        Map<String, String> ids = idsByCollection();
        for (Operation operation : operationsWithIds()) {
            if (!ids.containsKey(collection(operation))
                    || operation.pathParameters().size() != 1) {
                unknown.add(operation.name());
            }
        }
        assertEquals(Set.of(), unknown, "add an id of the new collection to idsByCollection");
    }

    @Test
    void everyIdInABodyIsKnownToThisTest() {
        Set<String> found = new TreeSet<>();
        JsonNode document = Operations.document();
        for (JsonNode path : document.path("paths")) {
            for (JsonNode operation : path) {
                String schema = operation
                        .path("requestBody")
                        .path("content")
                        .path("application/json")
                        .path("schema")
                        .path("$ref")
                        .asText()
                        .replaceFirst(".*/", "");
                JsonNode properties =
                        document.path("components").path("schemas").path(schema).path("properties");
                properties.properties().forEach(property -> {
                    if (UUID_TYPE.matcher(property.getValue().toString()).find()) {
                        found.add(schema + "." + property.getKey());
                    }
                });
            }
        }
        assertEquals(Set.of("CreateApiKey.bindings", "CreateApiKey.serviceAccountId"), found);
    }

    @Test
    void aForeignProviderKeyCannotBeBound() {
        assertRefusedLikeUnknown("bindings", "/v1/provider-keys");
    }

    @Test
    void aForeignSlackConnectionCannotBeBound() {
        assertRefusedLikeUnknown("bindings", "/v1/slack-connections");
    }

    @Test
    void aForeignServiceAccountCannotGetAKey() {
        assertRefusedLikeUnknown("serviceAccountId", "/v1/service-accounts");
    }

    @Test
    void filtersOfTheLogByForeignIdsFindNothing() {
        Map<String, String> ids = idsByCollection();
        Session stranger = actors.stranger();
        for (String query : List.of(
                "actor=" + actors.owner().userId(),
                "target=" + ids.get("/v1/api-keys"),
                "target=" + actors.owner().workspaceId())) {
            Reply page = Api.get("/v1/audit/events?" + query, stranger.token()).require(200);
            assertFalse(page.items().iterator().hasNext(), page.toString());
            Reply own = Api.get("/v1/audit/events?" + query, actors.owner().token());
            assertTrue(own.items().iterator().hasNext(), own.toString());
        }
    }

    @Test
    void listsHoldNothingForeign() {
        Map<String, String> ids = idsByCollection();
        for (String list : List.of(
                "/v1/api-keys",
                "/v1/provider-keys",
                "/v1/roles",
                "/v1/service-accounts",
                "/v1/slack-connections",
                "/v1/workspaces")) {
            Reply page = Api.get(list + "?limit=200", actors.stranger().token()).require(200);
            assertFalse(page.text().contains(ids.get(list)), page.toString());
        }
        Reply members = Api.get("/v1/members?limit=200", actors.stranger().token());
        assertFalse(members.text().contains(actors.owner().userId().toString()), members.toString());
    }

    /** Who asks for foreign ids. */
    Session stranger() {
        return actors.stranger();
    }

    private void assertRefusedLikeUnknown(String field, String collection) {
        String foreignId = Objects.requireNonNull(idsByCollection().get(collection));
        Map<String, String> before = Rows.stored();
        Reply refused = createKey(field, foreignId);
        Reply unknown = createKey(field, UUID.randomUUID().toString());
        assertEquals(404, refused.status(), refused.toString());
        assertEquals(unknown.withoutRequestId(), refused.withoutRequestId());
        assertEquals(before, Rows.stored());
    }

    private Reply createKey(String field, String id) {
        Map<String, Object> body = new HashMap<>(Map.of("name", "test", "scopes", List.of("provider-keys:use")));
        body.put(field, field.equals("bindings") ? List.of(id) : id);
        return Api.post("/v1/api-keys", actors.stranger().token(), body);
    }

    static List<Operation> operationsWithIds() {
        return Operations.all().stream()
                .filter(operation -> !operation.pathParameters().isEmpty())
                .filter(operation -> !operation.path().startsWith("/v1/platform/"))
                // A provider's name and path are no ids; foreign keys named in the header: BrokerRefusalTest.
                .filter(operation -> !operation.isBroker() && !operation.isOidc())
                .toList();
    }

    static String collection(Operation operation) {
        return operation.path().replaceFirst("/\\{.*", "");
    }

    /** Something real in the first workspace for every collection. */
    Map<String, String> idsByCollection() {
        Session owner = actors.owner();
        actors.stranger();
        Map<String, String> ids = new HashMap<>();
        ids.put("/v1/api-keys", actors.key("settings:read").id().toString());
        ids.put("/v1/members", actors.member().userId().toString());
        ids.put("/v1/me/sessions", Actors.sessionId(owner).toString());
        ids.put("/v1/roles", Actors.role(owner, "settings:read").field("id"));
        ids.put("/v1/workspaces", owner.workspaceId().toString());
        ids.put(
                "/v1/provider-keys",
                Api.post(
                                "/v1/provider-keys",
                                owner.token(),
                                Map.of("provider", "openai", "name", "test", "key", "sk-isolation-0123456789"))
                        .require(201)
                        .field("id"));
        ids.put(
                "/v1/slack-connections",
                Api.post(
                                "/v1/slack-connections",
                                owner.token(),
                                Map.of("name", "test", "key", SlackStandIn.webhookUrl()))
                        .require(201)
                        .field("id"));
        ids.put(
                "/v1/service-accounts",
                Api.post("/v1/service-accounts", owner.token(), Map.of("name", "test", "role", "member"))
                        .require(201)
                        .field("id"));
        ids.put(
                "/v1/audit/events",
                Api.get("/v1/audit/events", owner.token())
                        .require(200)
                        .items()
                        .iterator()
                        .next()
                        .path("id")
                        .asText());
        return ids;
    }

    static Reply call(Operation operation, String path, Session caller) {
        return Api.send(
                operation.method(),
                path,
                caller.token(),
                operation.hasBody() ? BODIES.getOrDefault(operation.id(), Map.of()) : null);
    }
}
