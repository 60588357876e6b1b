package ai.celune.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists come in pages whose cursors only we make, and changes can name the version that they rest on. */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class PagingTest {
    private final Actors actors = new Actors();

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "201", "1.5", "abc", "9999999999", "%20"})
    void badLimitsAre400(String limit) {
        for (String list : lists()) {
            Reply refused = Api.get(list + "?limit=" + limit, Actors.operator().token());
            assertEquals("invalid_request", refused.require(400).code(), refused.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "AAAA", "!!!!", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "%00"})
    void badCursorsAre400(String cursor) {
        for (String list : lists()) {
            Reply refused =
                    Api.get(list + "?cursor=" + cursor, Actors.operator().token());
            assertEquals("invalid_request", refused.require(400).code(), refused.toString());
        }
    }

    @Test
    void pagesHoldEveryItemOnceInOneOrder() {
        Set<String> made = new java.util.TreeSet<>();
        for (int i = 0; i < 5; i++) {
            made.add(Api.post(
                            "/v1/service-accounts",
                            actors.owner().token(),
                            Map.of("name", "number " + i, "role", "member"))
                    .field("id"));
        }
        List<String> seen = walk("/v1/service-accounts", 2);
        assertEquals(List.copyOf(made), seen);
    }

    @Test
    void pagesOfTheLogHoldEveryEventOnceNewestFirst() {
        Session owner = actors.owner();
        for (int i = 0; i < 5; i++) {
            Api.patch("/v1/settings", owner.token(), Map.of("name", "name " + i))
                    .require(200);
        }
        List<String> seen = walk("/v1/audit/events?action=settings.changed", 2);
        assertEquals(5, seen.size());
        assertEquals(5, Set.copyOf(seen).size());
    }

    @Test
    void theLastPageHasNoCursor() {
        Reply page = Api.get("/v1/service-accounts", actors.owner().token()).require(200);
        assertTrue(page.json().path("next").isNull(), page.toString());
    }

    @Test
    void aChangeThatRestsOnAnOldVersionIs412() {
        Session owner = actors.owner();
        String tag = Api.get("/v1/settings", owner.token()).header("ETag");
        Api.patch("/v1/settings", owner.token(), Map.of("name", "first"), "If-Match", tag)
                .require(200);
        Map<String, String> before = Rows.stored();
        Reply refused = Api.patch("/v1/settings", owner.token(), Map.of("name", "second"), "If-Match", tag);
        assertEquals("precondition_failed", refused.require(412).code());
        assertEquals(before, Rows.stored());
    }

    @Test
    void aChangeCarriesTheTagOfTheNewVersion() {
        Session owner = actors.owner();
        Reply changed = Api.patch("/v1/settings", owner.token(), Map.of("name", "first"))
                .require(200);
        String read = Api.get("/v1/settings", owner.token()).header("ETag");
        assertEquals(read, changed.header("ETag"));
        assertEquals(
                200,
                Api.patch("/v1/settings", owner.token(), Map.of("name", "second"), "If-Match", read)
                        .status());
    }

    @Test
    void everyUpdatableResourceChecksTheVersion() {
        Session owner = actors.owner();
        String key = actors.key("settings:read").id().toString();
        String secret = Api.post(
                        "/v1/provider-keys",
                        owner.token(),
                        Map.of("provider", "openai", "name", "x", "key", "sk-paging-0123456789"))
                .field("id");
        String member = actors.member().userId().toString();
        Map<String, String> before = Rows.stored();
        for (Reply refused : List.of(
                Api.patch("/v1/api-keys/" + key, owner.token(), Map.of("name", "y"), "If-Match", "\"77\""),
                Api.patch("/v1/members/" + member, owner.token(), Map.of("role", "auditor"), "If-Match", "\"77\""),
                Api.put(
                        "/v1/provider-keys/" + secret + "/value",
                        owner.token(),
                        Map.of("key", "sk-paging-other"),
                        "If-Match",
                        "\"77\""))) {
            assertEquals(412, refused.status(), refused.toString());
        }
        assertEquals(before, Rows.stored());
    }

    private static List<String> lists() {
        return List.of(
                "/v1/api-keys",
                "/v1/provider-keys",
                "/v1/service-accounts",
                "/v1/members",
                "/v1/workspaces",
                "/v1/audit/events",
                "/v1/platform/access-codes",
                "/v1/platform/audit/events");
    }

    private List<String> walk(String list, int limit) {
        List<String> seen = new ArrayList<>();
        String page = list + (list.contains("?") ? "&" : "?") + "limit=" + limit;
        String cursor = "";
        do {
            Reply reply = Api.get(page + cursor, actors.owner().token()).require(200);
            reply.items().forEach(item -> seen.add(item.path("id").asText()));
            JsonNode next = reply.json().path("next");
            cursor = next.isNull() ? "" : "&cursor=" + next.asText();
        } while (!cursor.isEmpty());
        return seen;
    }
}
