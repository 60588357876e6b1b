package ai.celune.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.celune.support.Actors;
import ai.celune.support.Api;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import ai.celune.support.TestClock;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whether a provider may get anything is decided before its key is opened, by what holds at that moment (R54, R73). */
@QuarkusTest
class ClearanceTest extends WithProvider {
    /** No other test has keys of it, for what operators decide holds for all workspaces. */
    private static final String PROVIDER = "mistral";

    private static final String PLATFORM = "/v1/platform/providers/" + PROVIDER;

    @Inject
    TestClock clock;

    private String id;
    private String key;

    @BeforeEach
    void start() {
        id = agent.storeKey(PROVIDER, Agent.OPENAI);
        key = agent.apiKeyFor(id);
        Rows.update("delete from provider_clearance where provider = '" + PROVIDER + "'");
    }

    @AfterEach
    void stop() {
        clock.reset();
        agent.delete("/v1/provider-keys/" + id);
        Rows.update("delete from provider_clearance where provider = '" + PROVIDER + "'");
    }

    @Test
    void anApprovalHoldsUntilItsEndAndNoLonger() {
        approve(clock.instant().plus(Duration.ofHours(1)));
        assertEquals(200, call().statusCode());
        clock.advance(Duration.ofHours(1));
        assertRefused("vendor_not_approved", call());
        approve(clock.instant().plus(Duration.ofHours(1)));
        assertEquals(200, call().statusCode());
        approve(clock.instant());
        assertRefused("vendor_not_approved", call());
        assertEquals(2, provider.calls().size());
    }

    @Test
    void whatTrainsOrIsOutOfDateGetsNothing() {
        record(false, clock.instant().plus(Duration.ofHours(1)));
        assertEquals(200, call().statusCode());
        assertEquals("registry:1", policyOfLastUse());
        clock.advance(Duration.ofHours(1));
        assertRefused("provider_policy", call());
        record(true, clock.instant().plus(Duration.ofHours(1)));
        assertRefused("provider_policy", call());
        record(false, clock.instant().plus(Duration.ofHours(1)));
        assertEquals(200, call().statusCode());
        assertEquals("registry:3", policyOfLastUse());
        assertEquals(2, provider.calls().size());
    }

    @Test
    void aWorkspaceSaysItselfWhatItsContractIs() {
        assertEquals(200, call().statusCode());
        assertEquals("default", policyOfLastUse());
        record(true, clock.instant().plus(Duration.ofHours(2)));
        attest(false, clock.instant().plus(Duration.ofHours(1)));
        assertEquals(200, call().statusCode());
        assertEquals("attested:1", policyOfLastUse());
        attest(true, clock.instant().plus(Duration.ofHours(1)));
        assertRefused("provider_policy", call());
        clock.advance(Duration.ofHours(1));
        record(false, clock.instant().plus(Duration.ofHours(2)));
        assertEquals(200, call().statusCode());
        assertEquals("registry:2", policyOfLastUse());
    }

    @Test
    void aWorkspaceCannotApproveAProvider() {
        approve(clock.instant());
        attest(false, clock.instant().plus(Duration.ofHours(1)));
        assertRefused("vendor_not_approved", call());
    }

    @Test
    void anAttestationIsShownAsSuch() {
        Instant until = clock.instant().plus(Duration.ofDays(90));
        attest(false, until);
        Reply shown = Api.get("/v1/provider-keys/" + id, agent.owner).require(200);
        assertEquals("1", shown.json().at("/attestation/version").asText());
        assertEquals("EU", shown.json().at("/attestation/policy/region").asText());
        assertEquals(
                1,
                Rows.column("select id from audit_event where action = 'provider_key.attested' and target_id = ?", id)
                        .size());
    }

    @Test
    void operatorsSeeWhatTheyDecided() {
        Instant until = clock.instant().plus(Duration.ofDays(30));
        approve(until);
        Reply recorded = record(false, until);
        assertEquals(until.toString(), recorded.field("approvedUntil"));
        Reply listed =
                Api.get("/v1/platform/providers", Actors.operator().token()).require(200);
        for (var item : listed.items()) {
            if (item.path("name").asText().equals(PROVIDER)) {
                assertEquals(recorded.json(), item);
                assertEquals("true", item.path("approved").asText());
            }
        }
        assertEquals(
                listed.json(),
                Api.get("/v1/providers", agent.owner).require(200).json());
    }

    @Test
    void whoMayBeAnybodyCannotBeApproved() {
        Api.put(
                        "/v1/platform/providers/custom/approval",
                        Actors.operator().token(),
                        Map.of("until", clock.instant().plus(Duration.ofDays(1)).toString()))
                .require(400);
        Api.put(
                        "/v1/platform/providers/nobody/approval",
                        Actors.operator().token(),
                        Map.of("until", clock.instant().plus(Duration.ofDays(1)).toString()))
                .require(404);
    }

    private HttpResponse<String> call() {
        return agent.send(agent.request("/v1/proxy/" + PROVIDER + "/v1/models", key));
    }

    private static void assertRefused(String code, HttpResponse<String> answer) {
        assertEquals(403, answer.statusCode(), answer.body());
        assertEquals(code, Agent.json(answer).path("code").asText());
    }

    private static void approve(Instant until) {
        Api.put(PLATFORM + "/approval", Actors.operator().token(), Map.of("until", until.toString()))
                .require(200);
    }

    private static Reply record(boolean trains, Instant until) {
        return Api.put(
                        PLATFORM + "/policy",
                        Actors.operator().token(),
                        Map.of(
                                "trains",
                                trains,
                                "retentionDays",
                                30,
                                "region",
                                "EU",
                                "evidence",
                                "their terms",
                                "until",
                                until.toString()))
                .require(200);
    }

    private void attest(boolean trains, Instant until) {
        Api.put(
                        "/v1/provider-keys/" + id + "/attestation",
                        agent.owner,
                        Map.of("trains", trains, "retentionDays", 0, "region", "EU", "until", until.toString()))
                .require(200);
    }

    private String policyOfLastUse() {
        return Rows.one("select convert_from(bytes, 'UTF8')::json -> 'details' ->> 'policy' from audit_event"
                + " where action = 'provider_key.used' and target_id = '" + id + "' order by id desc limit 1");
    }
}
