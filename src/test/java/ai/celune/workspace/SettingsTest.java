package ai.celune.workspace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.Actors;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import ai.celune.support.TestClock;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings change by merge patch: what is absent stays, null resets (R35). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class SettingsTest {
    @Inject
    TestClock clock;

    private final Actors actors = new Actors();

    @Test
    void whatIsAbsentStaysAndNullResets() {
        Reply set = patch("{\"name\":\"First\",\"brokerPerMinute\":100,\"apiKeyMaxDays\":30}")
                .require(200);
        assertEquals("100", set.field("brokerPerMinute"));
        Reply renamed = patch("{\"name\":\"Second\"}").require(200);
        assertEquals("30", renamed.field("apiKeyMaxDays"));
        Reply reset = patch("{\"brokerPerMinute\":null}").require(200);
        assertTrue(reset.json().path("brokerPerMinute").isNull(), reset.toString());
        assertEquals("30", reset.field("apiKeyMaxDays"));
        assertEquals("Second", Api.get("/v1/settings", owner()).field("name"));
    }

    @Test
    void theMergePatchMediaTypeIsTaken() {
        Reply changed =
                Api.patch("/v1/settings", owner(), "{\"name\":\"x\"}", "Content-Type", "application/merge-patch+json");
        assertEquals("x", changed.require(200).field("name"));
    }

    @Test
    void aPatchWithoutAChangeIsNoEvent() {
        actors.owner();
        Map<String, String> before = Rows.stored();
        Rows.LogMark mark = Rows.mark();
        patch("{}").require(200);
        assertEquals(Map.of(), mark.added());
        assertEquals(before, Rows.stored());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"name\":null}",
                "{\"name\":\"\"}",
                "{\"name\":\"  \"}",
                "{\"brokerPerMinute\":0}",
                "{\"brokerPerMinute\":6001}",
                "{\"apiKeyMaxDays\":3651}",
                "{\"apiKeyMaxDays\":\"30\"}"
            })
    void valuesOutOfRangeChangeNothing(String body) {
        actors.owner();
        Map<String, String> before = Rows.stored();
        Reply refused = patch(body);
        assertEquals("invalid_request", refused.require(400).code());
        assertEquals(before, Rows.stored());
    }

    @Test
    void theLongestLifeOfKeysBindsNewOnes() {
        patch("{\"apiKeyMaxDays\":1}").require(200);
        Map<String, String> before = Rows.stored();
        Map<String, Object> body = Map.of(
                "name",
                "x",
                "scopes",
                List.of("settings:read"),
                "expiresAt",
                clock.instant().plus(Duration.ofDays(2)).toString());
        assertEquals(400, Api.post("/v1/api-keys", owner(), body).status());
        assertEquals(before, Rows.stored());
        Reply created = Api.post("/v1/api-keys", owner(), Map.of("name", "x", "scopes", List.of("settings:read")));
        Instant end = Instant.parse(created.require(201).field("expiresAt"));
        assertTrue(end.isBefore(clock.instant().plus(Duration.ofDays(1))), end.toString());
    }

    private String owner() {
        return actors.owner().token();
    }

    private Reply patch(String body) {
        return Api.patch("/v1/settings", owner(), body);
    }
}
