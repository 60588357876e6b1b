package ai.celune.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A workspace costs an access code, once (R19). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class SignUpTest {
    @Inject
    TestClock clock;

    @Test
    void makesAnOwnerWhoIsSignedInAtOnce() {
        Reply tokens = signUp(Actors.newEmail(), Actors.accessCode()).require(201);
        Reply me = Api.get("/v1/me", tokens.field("accessToken"));
        assertEquals("owner", me.field("role"));
        assertEquals("false", me.field("platformOperator"));
        assertEquals(tokens.field("workspaceId"), me.field("workspaceId"));
        assertEquals("600", tokens.field("expiresIn"));
    }

    @Test
    void theBootstrapCodeMakesTheOperatorAndNobodyElse() {
        Session operator = Actors.operator();
        assertEquals("true", Api.get("/v1/me", operator.token()).field("platformOperator"));
        assertRefused(PostgresResource.BOOTSTRAP_CODE);
    }

    @Test
    void aCodeWorksOnce() {
        String code = Actors.accessCode();
        signUp(Actors.newEmail(), code).require(201);
        assertRefused(code);
    }

    @Test
    void twoParallelUsesOfACodeLeaveOneWorkspace() {
        String code = Actors.accessCode();
        int before = workspaces();
        List<Integer> statuses = Api.atOnce(8, () -> signUp(Actors.newEmail(), code)).stream()
                .map(Reply::status)
                .sorted()
                .toList();
        assertEquals(List.of(201, 422, 422, 422, 422, 422, 422, 422), statuses);
        assertEquals(before + 1, workspaces());
    }

    @Test
    void wrongUsedExpiredAndRevokedCodesLookTheSame() {
        String used = Actors.accessCode();
        signUp(Actors.newEmail(), used).require(201);
        String operator = Actors.operator().token();
        Reply revoked = Api.post("/v1/platform/access-codes", operator, Map.of());
        Api.delete("/v1/platform/access-codes/" + revoked.id(), operator).require(204);
        String expired = Actors.accessCode();
        clock.advance(Duration.ofDays(8));

        String wrong = assertRefused("WRONG-WRONG-WRONG-WRONG");
        assertEquals(wrong, assertRefused(used));
        assertEquals(wrong, assertRefused(revoked.field("code")));
        assertEquals(wrong, assertRefused(expired));
    }

    @Test
    void aTakenAddressLeavesTheCodeUsable() {
        String code = Actors.accessCode();
        String taken = Actors.newWorkspace().email();
        Map<String, String> before = Rows.stored();
        assertEquals("email_taken", signUp(taken, code).require(409).code());
        assertEquals(
                "email_taken",
                signUp(taken.toUpperCase(java.util.Locale.ROOT), code)
                        .require(409)
                        .code());
        assertEquals(before, Rows.stored());
        assertEquals(201, signUp(Actors.newEmail(), code).status());
    }

    @Test
    void aRefusedSignUpTakesNoKey() {
        String code = Actors.accessCode();
        String taken = Actors.newWorkspace().email();
        String before = Rows.one("select count(*) from workspace_key where not ready");
        assertEquals("email_taken", signUp(taken, code).require(409).code());
        assertEquals(before, Rows.one("select count(*) from workspace_key where not ready"));
    }

    @Test
    void twoParallelSignUpsOfOneAddressLeaveOneAccount() {
        String email = Actors.newEmail();
        String first = Actors.accessCode();
        String second = Actors.accessCode();
        List<Reply> replies = Api.atOnce(List.of(() -> signUp(email, first), () -> signUp(email, second)));
        assertEquals(
                List.of(201, 409), replies.stream().map(Reply::status).sorted().toList());
        assertEquals("1", Rows.one("select count(*) from account where email = ?", email));
    }

    @ParameterizedTest
    @CsvSource({
        "email, not-an-address",
        "email, ''",
        // 64 letters of which lower case makes 128, and a domain as long as it may be.
        "email, İİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİ@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.cccccccccccccccccccccccccccccccc",
        "password, too short",
        "workspaceName, ' '",
        "accessCode, ''",
    })
    void badFieldsAreNamedAndWriteNothing(String field, String value) {
        Map<String, Object> body = new HashMap<>(body(Actors.newEmail(), Actors.accessCode()));
        body.put(field, value);
        assertInvalid(body, "/" + field);
    }

    @ParameterizedTest
    @ValueSource(strings = {"email", "password", "workspaceName", "accessCode"})
    void missingFieldsAreNamedAndWriteNothing(String field) {
        Map<String, Object> body = new HashMap<>(body(Actors.newEmail(), Actors.accessCode()));
        body.remove(field);
        assertInvalid(body, "/" + field);
    }

    @Test
    void aPasswordOfMoreThan256BytesIsRefused() {
        Map<String, Object> body = new HashMap<>(body(Actors.newEmail(), Actors.accessCode()));
        body.put("password", "é".repeat(129));
        assertInvalid(body, "/password");
    }

    @Test
    void thePasswordIsStoredAsArgon2idOnly() {
        String email = Actors.newEmail();
        try (var _ = TestPasswords.atTrueCost()) {
            signUp(email, Actors.accessCode()).require(201);
        }
        String stored = Rows.one("select password_hash from account where email = ?", email);
        assertTrue(stored.startsWith("$argon2id$v=19$m=19456,t=2,p=1$"), stored);
    }

    private static void assertInvalid(Map<String, Object> body, String pointer) {
        Map<String, String> before = Rows.stored();
        Reply refused = Api.post("/v1/auth/sign-up", null, body);
        assertEquals(400, refused.status(), refused.toString());
        assertEquals("invalid_request", refused.code());
        assertEquals(pointer, refused.json().at("/errors/0/pointer").asText(), refused.toString());
        assertEquals(before, Rows.stored());
    }

    private static String assertRefused(String code) {
        Map<String, String> before = Rows.stored();
        Reply refused = signUp(Actors.newEmail(), code);
        assertEquals(422, refused.status(), refused.toString());
        assertEquals("access_code_invalid", refused.code());
        assertEquals(before, Rows.stored());
        return refused.withoutRequestId();
    }

    private static int workspaces() {
        return Integer.parseInt(Rows.one("select count(*) from workspace"));
    }

    private static Reply signUp(String email, String code) {
        return Api.post("/v1/auth/sign-up", null, body(email, code));
    }

    private static Map<String, Object> body(String email, String code) {
        return Map.of("email", email, "password", Actors.PASSWORD, "accessCode", code, "workspaceName", "Test");
    }
}
