package ai.celune.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
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
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** An operator lets a person in again who has lost the password, once. */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class ResetCodeTest {
    private static final String NEW_PASSWORD = "another good password";

    @Inject
    TestClock clock;

    private final Session person = Actors.newWorkspace();

    @Test
    void theCodeSetsANewPasswordAndEndsEverySession() {
        reset(person.email(), issue()).require(204);
        assertEquals(401, Api.get("/v1/me", person.token()).status());
        assertEquals(200, Actors.signIn(person.email(), NEW_PASSWORD).status());
        assertEquals(401, Actors.signIn(person.email(), Actors.PASSWORD).status());
    }

    @Test
    void theCodeWorksOnce() {
        String code = issue();
        reset(person.email(), code).require(204);
        assertRefused(person.email(), code);
    }

    @Test
    void usingACodeEndsTheOthers() {
        String other = issue();
        reset(person.email(), issue()).require(204);
        assertRefused(person.email(), other);
    }

    @Test
    void aChangedPasswordEndsOpenCodes() {
        String code = issue();
        Api.post(
                        "/v1/me/password",
                        person.token(),
                        Map.of("currentPassword", Actors.PASSWORD, "newPassword", NEW_PASSWORD))
                .require(204);
        assertRefused(person.email(), code);
    }

    @Test
    void wrongExpiredAndForeignCodesLookTheSame() {
        String code = issue();
        String wrong = assertRefused(person.email(), "WRONG-WRONG-WRONG-WRONG");
        assertEquals(wrong, assertRefused(Actors.newWorkspace().email(), code));
        assertEquals(wrong, assertRefused(Actors.newEmail(), code));
        clock.advance(Duration.ofHours(1).plusSeconds(1));
        assertEquals(wrong, assertRefused(person.email(), code));
    }

    @Test
    void guessesAtCodesAreSlowedDownLikeSignIns() {
        for (int i = 0; i < 3; i++) {
            assertEquals(422, reset(person.email(), "WRONG-WRONG-WRONG-WRONG").status());
        }
        assertEquals(429, reset(person.email(), "WRONG-WRONG-WRONG-WRONG").status());
    }

    @Test
    void aWeakPasswordLeavesTheCodeUsable() {
        String code = issue();
        Map<String, String> before = Rows.stored();
        Reply refused = Api.post(
                "/v1/auth/reset-password", null, Map.of("email", person.email(), "code", code, "password", "short"));
        assertEquals(400, refused.status());
        assertEquals(before, Rows.stored());
        assertEquals(204, reset(person.email(), code).status());
    }

    @Test
    void onlyAnOperatorIssuesCodesAndOnlyForPeopleThereAre() {
        Map<String, String> before = Rows.stored();
        assertEquals(
                403,
                Api.post("/v1/platform/users/" + person.userId() + "/reset-code", person.token(), Map.of())
                        .status());
        assertEquals(
                404,
                Api.post(
                                "/v1/platform/users/" + UUID.randomUUID() + "/reset-code",
                                Actors.operator().token(),
                                Map.of())
                        .status());
        assertEquals(before, Rows.stored());
    }

    private String issue() {
        return Api.post(
                        "/v1/platform/users/" + person.userId() + "/reset-code",
                        Actors.operator().token(),
                        Map.of())
                .require(201)
                .field("code");
    }

    private static String assertRefused(String email, String code) {
        Map<String, String> before = Rows.stored("sign_in_attempt");
        Reply refused = reset(email, code);
        assertEquals("access_code_invalid", refused.require(422).code());
        assertEquals(before, Rows.stored("sign_in_attempt"));
        return refused.withoutRequestId();
    }

    private static Reply reset(String email, String code) {
        return Api.post(
                "/v1/auth/reset-password", null, Map.of("email", email, "code", code, "password", NEW_PASSWORD));
    }
}
