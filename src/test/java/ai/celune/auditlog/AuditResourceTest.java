package ai.celune.auditlog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who asks the log finds exactly what was asked for, in the shape that clients rely on (R30, R36). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class AuditResourceTest {
    private final Session owner = Actors.newWorkspace();
    private UUID serviceAccount = UUID.randomUUID();

    @BeforeEach
    void someHistory() {
        serviceAccount = Api.post("/v1/service-accounts", owner.token(), Map.of("name", "robot", "role", "member"))
                .require(201)
                .id();
        Api.patch("/v1/settings", owner.token(), Map.of("name", "Renamed")).require(200);
        Api.get("/v1/api-keys/" + UUID.randomUUID(), owner.token()).require(404);
    }

    @Test
    void anItemHasTheFieldsOfTheContractAndNoOthers() {
        JsonNode item = list("action=service_account.created").getFirst();
        Set<String> fields = new TreeSet<>();
        item.fieldNames().forEachRemaining(fields::add);
        assertEquals(
                new TreeSet<>(Set.of(
                        "id",
                        "sequence",
                        "recordedAt",
                        "occurredAt",
                        "action",
                        "outcome",
                        "reason",
                        "actor",
                        "credential",
                        "target",
                        "requestId",
                        "traceId",
                        "details")),
                fields);
        assertTrue(item.path("sequence").isNull());
        assertEquals("success", item.path("outcome").asText());
        assertEquals("user", item.at("/actor/type").asText());
        assertEquals(owner.userId().toString(), item.at("/actor/id").asText());
        assertEquals("session", item.at("/credential/type").asText());
        assertEquals("service_account", item.at("/target/type").asText());
        assertEquals(serviceAccount.toString(), item.at("/target/id").asText());
    }

    @Test
    void theRequestIdOfTheAnswerFindsItsEntry() {
        Reply changed = Api.patch("/v1/settings", owner.token(), Map.of("name", "Again"));
        assertEquals(
                changed.header("X-Request-Id"),
                list("action=settings.changed").getFirst().path("requestId").asText());
    }

    @Test
    void theNewestComeFirst() {
        List<String> times =
                list("").stream().map(item -> item.path("recordedAt").asText()).toList();
        assertEquals(times.stream().sorted((a, b) -> b.compareTo(a)).toList(), times);
    }

    @Test
    void anActionIsAPrefix() {
        assertEquals(Set.of("service_account.created"), actions("action=service_account"));
        assertEquals(Set.of("request.not_found"), actions("action=request."));
    }

    @Test
    void filtersNarrowTogether() {
        assertEquals(Set.of("request.not_found"), actions("outcome=denied"));
        assertEquals(Set.of("service_account.created"), actions("target=" + serviceAccount));
        assertEquals(
                Set.of("service_account.created"), actions("actor=" + owner.userId() + "&target=" + serviceAccount));
        assertEquals(Set.of(), actions("outcome=denied&target=" + serviceAccount));
        assertEquals(Set.of(), actions("actor=" + UUID.randomUUID()));
    }

    @Test
    void fromIsInsideAndToIsOutside() {
        String at = list("action=service_account.created")
                .getFirst()
                .path("recordedAt")
                .asText();
        assertEquals(Set.of("service_account.created"), actions("action=service_account&from=" + at));
        assertEquals(Set.of(), actions("action=service_account&to=" + at));
    }

    @Test
    void pagesHoldEachEntryOnceWhileNewOnesArrive() {
        List<String> all = ids(list(""));
        List<String> paged = new ArrayList<>();
        String cursor = "";
        while (cursor != null) {
            // Each read of a page is a new entry itself.
            Reply page =
                    Api.get("/v1/audit/events?limit=2" + cursor, owner.token()).require(200);
            page.items().forEach(item -> paged.add(item.path("id").asText()));
            cursor = page.json().path("next").isNull() ? null : "&cursor=" + page.field("next");
        }
        assertTrue(paged.containsAll(all), paged + " lacks some of " + all);
        assertEquals(paged.size(), Set.copyOf(paged).size());
    }

    @Test
    void oneEntryIsReadByItsIdAndLooksTheSame() {
        JsonNode item = list("action=settings.changed").getFirst();
        Reply one = Api.get("/v1/audit/events/" + item.path("id").asText(), owner.token());
        assertEquals(item, one.require(200).json());
    }

    @Test
    void readingTheLogIsInTheLog() {
        list("action=settings.changed");
        JsonNode read = list("action=audit.read").getFirst();
        assertEquals("[\"action\"]", read.at("/details/filters").toString());
    }

    @Test
    void peopleAreNamedByIdAlone() {
        Actors.join(owner, "member");
        for (JsonNode item : list("")) {
            String text = item.toString();
            assertTrue(!text.contains("@") && !text.contains("127.0.0.1") && !text.contains("Java-http-client"), text);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "outcome=good",
                "actor=me",
                "from=yesterday",
                "to=2026-01-01",
                "action=%27",
                "limit=0",
                "limit=201",
                "limit=x",
                "cursor=x",
                "actor=1-1-1-1-1",
                "from=%2B999999999-12-31T23:59:59Z",
                "to=-9999-01-01T00:00:00Z",
                "cursor=gAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            })
    void aBadFilterIsRefusedAndReadsNothing(String query) {
        assertEquals(
                "invalid_request",
                Api.get("/v1/audit/events?" + query, owner.token()).require(400).code());
    }

    @Test
    void operatorsReadTheirOwnLogAndNoWorkspaces() {
        Session operator = Actors.operator();
        Actors.accessCode();
        JsonNode items = Api.get("/v1/platform/audit/events?limit=200", operator.token())
                .require(200)
                .json()
                .path("items");
        Set<String> actions = new TreeSet<>();
        items.forEach(item -> actions.add(item.path("action").asText()));
        assertTrue(actions.contains("access_code.issued"), actions.toString());
        assertTrue(!actions.contains("settings.changed"), actions.toString());
        assertNotEquals(0, items.size());
    }

    private List<JsonNode> list(String query) {
        List<JsonNode> items = new ArrayList<>();
        Api.get("/v1/audit/events?limit=200&" + query, owner.token())
                .require(200)
                .items()
                .forEach(items::add);
        return items;
    }

    private static List<String> ids(List<JsonNode> items) {
        return items.stream().map(item -> item.path("id").asText()).toList();
    }

    /** What was found, reads of the log left out. */
    private Set<String> actions(String query) {
        Set<String> actions = new TreeSet<>();
        list(query).forEach(item -> actions.add(item.path("action").asText()));
        actions.remove("audit.read");
        return actions;
    }
}
