package ai.celune.usage;

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
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sums over the uses of a workspace: what is in them, by what they are grouped, and how they are told. */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class UsageResourceTest {
    private static final String MARCH = "/v1/analytics/usage?from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z";
    private static final UUID KEY = UUID.randomUUID();
    private static final UUID PRINCIPAL = UUID.randomUUID();

    @Inject
    Usages usages;

    private final Session owner = Actors.newWorkspace();

    @Test
    void usesAreSummedByKeyPrincipalAndModel() {
        use("2026-03-01T00:00:00Z", "'m-1', 10, 20, false, 7, 9, 300");
        use("2026-03-31T23:59:59.999999Z", "'m-1', 1, 2, true, 7, 9, 30");
        use("2026-03-05T00:00:00Z", "null, null, null, false, null, null, null");
        use("2026-04-01T00:00:00Z", "'m-1', 1000, 1000, false, 7, 9, 1000");
        use("2026-02-28T23:59:59.999999Z", "'m-1', 1000, 1000, false, 7, 9, 1000");
        Reply usage = Api.get(MARCH, owner.token()).require(200);
        assertEquals("2026-03-01T00:00:00Z", usage.field("from"));
        assertEquals("2026-04-01T00:00:00Z", usage.field("to"));
        assertEquals(
                List.of(
                        "{\"day\":null,\"providerKeyId\":\"%s\",\"principalId\":\"%s\",\"credentialId\":null,\"model\":\"m-1\",\"requests\":2,\"inputTokens\":11,\"outputTokens\":22,\"bytesIn\":14,\"bytesOut\":18,\"durationMillis\":330,\"lowerBounds\":1,\"unknownEnds\":0}"
                                .formatted(KEY, PRINCIPAL),
                        "{\"day\":null,\"providerKeyId\":\"%s\",\"principalId\":\"%s\",\"credentialId\":null,\"model\":null,\"requests\":1,\"inputTokens\":0,\"outputTokens\":0,\"bytesIn\":0,\"bytesOut\":0,\"durationMillis\":0,\"lowerBounds\":0,\"unknownEnds\":1}"
                                .formatted(KEY, PRINCIPAL)),
                items(usage));
    }

    @Test
    void theCallerSaysWhatUsesAreGroupedBy() {
        use("2026-03-01T00:00:00Z", "'m-1', 1, 1, false, 7, 9, 1");
        use("2026-03-01T23:00:00Z", "'m-2', 1, 1, false, 7, 9, 1");
        use("2026-03-02T00:00:00Z", "'m-2', 1, 1, false, 7, 9, 1");
        assertEquals(List.of("2026-03-01 null 2", "2026-03-02 null 1"), grouped("day"));
        assertEquals(List.of("null m-1 1", "null m-2 2"), grouped("model"));
        assertEquals(List.of("2026-03-01 m-1 1", "2026-03-01 m-2 1", "2026-03-02 m-2 1"), grouped("model,day"));
        assertEquals(List.of("null null 3"), grouped("credential"));
    }

    private List<String> grouped(String by) {
        List<String> told = new ArrayList<>();
        for (JsonNode item : Api.get(MARCH + "&groupBy=" + by, owner.token()).items()) {
            told.add(item.path("day").asText() + " " + item.path("model").asText() + " "
                    + item.path("requests").asText());
        }
        return told;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"from=yesterday", "to=2026-03-01", "groupBy=colour", "groupBy=day,", "from=9999-01-01T00:00:00Z"
            })
    void whatCannotBeAskedIsRefused(String query) {
        assertEquals(
                "invalid_request",
                Api.get("/v1/analytics/usage?" + query, owner.token())
                        .require(400)
                        .code());
    }

    @Test
    void aTableToDownloadHasNoFormulas() {
        use("2026-03-01T00:00:00Z", "'@cmd', 10, 20, false, 7, 9, 300");
        use("2026-03-01T00:00:00Z", "'-1+1', 10, 20, false, 7, 9, 300");
        use("2026-03-01T00:00:00Z", "'=a(\"b\",1)', 10, 20, false, 7, 9, 300");
        Reply table = Api.send("GET", MARCH + "&groupBy=model", owner.token(), null, "Accept", "text/csv");
        assertEquals(200, table.status());
        assertEquals(
                "attachment; filename=\"celune-usage-2026-03-01-2026-04-01.csv\"", table.header("Content-Disposition"));
        assertTrue(table.header("Content-Type").startsWith("text/csv"), table.header("Content-Type"));
        assertEquals("""
                day,providerKeyId,principalId,credentialId,model,requests,inputTokens,outputTokens,bytesIn,bytesOut,durationMillis,lowerBounds,unknownEnds\r
                ,,,,'-1+1,1,10,20,7,9,300,0,0\r
                ,,,,"'=a(""b"",1)",1,10,20,7,9,300,0,0\r
                ,,,,'@cmd,1,10,20,7,9,300,0,0\r
                """, table.text());
    }

    @Test
    void anAnswerIsBounded() {
        Rows.update(
                "insert into provider_key_use select gen_random_uuid(), ?, '2026-03-02', ?, gen_random_uuid(), null,"
                        + " 'm', 1, 1, false, 1, 1, 1 from generate_series(1, 10001)",
                owner.workspaceId(),
                KEY);
        assertEquals(
                "too_many_groups", Api.get(MARCH, owner.token()).require(422).code());
        assertEquals(List.of("null m 10001"), grouped("model"));
    }

    @Test
    void anotherWorkspaceSeesNothingOfIt() {
        use("2026-03-01T00:00:00Z", "'m-1', 10, 20, false, 7, 9, 300");
        assertEquals(
                List.of(), items(Api.get(MARCH, Actors.newWorkspace().token()).require(200)));
    }

    @Test
    void monthsAreMadeAheadAndDroppedWhenTheyAreOver() {
        Rows.update(
                "create table provider_key_use_202401 partition of provider_key_use for values from ('2024-01-01Z') to ('2024-02-01Z')");
        Rows.update("drop table provider_key_use_" + month("2 months"));
        usages.keepMonths();
        usages.keepMonths();
        assertEquals(
                List.of(month("0 months"), month("1 month"), month("2 months")),
                Rows.column(
                        "select right(relname, 6) from pg_class where relname ~ '^provider_key_use_[0-9]{6}$' order by 1"));
    }

    private static String month(String ahead) {
        return Rows.one(
                "select to_char(date_trunc('month', now() at time zone 'UTC') + interval '" + ahead + "', 'YYYYMM')");
    }

    private static List<String> items(Reply usage) {
        List<String> items = new ArrayList<>();
        usage.items().forEach(item -> items.add(item.toString()));
        return items;
    }

    /** @param told model, tokens, whether these are a lower bound, bytes, milliseconds */
    private void use(String at, String told) {
        Rows.update(
                "insert into provider_key_use values (gen_random_uuid(), ?, ?::timestamptz, ?, ?, null, " + told + ")",
                owner.workspaceId(),
                at,
                KEY,
                PRINCIPAL);
    }
}
