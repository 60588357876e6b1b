package ai.celune.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.MailServer;
import ai.celune.support.MailedCode;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import ai.celune.support.TestClock;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Mailboxes are proved by codes that come by real SMTP, and until then an account may nothing where that is asked for. */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
@WithTestResource(MailServer.class)
@TestProfile(MailedCodesTest.VerifiedOnly.class)
class MailedCodesTest {
    private static final String NEW_PASSWORD = "another good password";

    /** Mail for everybody new, and no rights before it is answered. */
    public static final class VerifiedOnly implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "celune.mail.require-verified",
                    "true",
                    "celune.mail.welcome",
                    "true",
                    "celune.mail.page",
                    "https://app.example.test/code",
                    "quarkus.mailer.mock",
                    "false",
                    "quarkus.mailer.start-tls",
                    "DISABLED");
        }
    }

    @Inject
    TestClock clock;

    private Function<String, List<String>> mails = address -> List.of();

    /** The operator proves their mailbox first, or could make no codes for others. */
    private Session newcomer() {
        Session operator = Actors.operator();
        if (!Api.get("/v1/me", operator.token()).json().path("emailVerified").asBoolean()) {
            verify(operator.email(), codeTo(operator.email())).require(204);
        }
        return Actors.newWorkspace();
    }

    @Test
    void aNewcomerMayNothingBeforeTheMailboxIsProved() {
        Session person = newcomer();
        Reply me = Api.get("/v1/me", person.token()).require(200);
        assertFalse(me.json().path("emailVerified").asBoolean());
        assertEquals(0, me.json().path("permissions").size());
        assertEquals(403, Api.get("/v1/settings", person.token()).status());
        String code = codeTo(person.email());
        assertTrue(
                newest(person.email())
                        .contains("https://app.example.test/code?email="
                                + person.email().replace("@", "%40") + "&code=" + code),
                "a link stands in the mail");
        verify(person.email(), code).require(204);
        assertTrue(
                Api.get("/v1/me", person.token()).json().path("emailVerified").asBoolean());
        assertEquals(200, Api.get("/v1/settings", person.token()).status());
    }

    @Test
    void aMailedCodeSetsANewPasswordAndProvesTheMailbox() {
        Session person = newcomer();
        codeTo(person.email());
        Api.post("/v1/auth/request-code", null, Map.of("email", person.email().toUpperCase(Locale.ROOT)))
                .require(202);
        String code = codeTo(person.email(), 2);
        Api.post(
                        "/v1/auth/reset-password",
                        null,
                        Map.of("email", person.email(), "code", code, "password", NEW_PASSWORD))
                .require(204);
        Reply again = Actors.signIn(person.email(), NEW_PASSWORD).require(200);
        assertTrue(Api.get("/v1/me", again.field("accessToken"))
                .json()
                .path("emailVerified")
                .asBoolean());
        assertEquals(401, Actors.signIn(person.email(), Actors.PASSWORD).status());
    }

    @Test
    void aCodeCountsOnceForItsAddressAndForAnHour() {
        Session person = newcomer();
        String code = codeTo(person.email());
        String refused = assertRefused(Actors.newEmail(), code);
        assertEquals(refused, assertRefused(person.email(), "WRONG-WRONG-WRONG-WRONG"));
        verify(person.email(), code).require(204);
        assertEquals(refused, assertRefused(person.email(), code));
        Session late = newcomer();
        String old = codeTo(late.email());
        clock.advance(Duration.ofMinutes(61));
        assertEquals(refused, assertRefused(late.email(), old));
    }

    @Test
    void aCodeThatAnOperatorHandsOverProvesNoMailbox() {
        Session person = newcomer();
        String code = Api.post(
                        "/v1/platform/users/" + person.userId() + "/reset-code",
                        Actors.operator().token(),
                        Map.of())
                .require(201)
                .field("code");
        assertRefused(person.email(), code);
        Api.post(
                        "/v1/auth/reset-password",
                        null,
                        Map.of("email", person.email(), "code", code, "password", NEW_PASSWORD))
                .require(204);
        assertEquals("null", Rows.one("select email_verified_at from account where id = ?", person.userId()));
    }

    @Test
    void nobodyLearnsWhoHasAnAccount() {
        Session person = newcomer();
        codeTo(person.email());
        Reply known = Api.post("/v1/auth/request-code", null, Map.of("email", person.email()));
        String stranger = Actors.newEmail();
        Reply unknown = Api.post("/v1/auth/request-code", null, Map.of("email", stranger));
        assertEquals(202, known.status());
        assertEquals(202, unknown.status());
        assertEquals(known.text(), unknown.text());
        codeTo(person.email(), 2);
        assertEquals(0, mails.apply(stranger).size());
    }

    private String codeTo(String email) {
        return codeTo(email, 1);
    }

    private String codeTo(String email, int count) {
        for (int i = 0; i < 500 && mails.apply(email).size() < count; i++) {
            LockSupport.parkNanos(20_000_000);
        }
        return MailedCode.in(newest(email));
    }

    private String newest(String email) {
        return mails.apply(email).getLast();
    }

    private static Reply verify(String email, String code) {
        return Api.post("/v1/auth/verify-email", null, Map.of("email", email, "code", code));
    }

    private static String assertRefused(String email, String code) {
        Reply refused = verify(email, code);
        assertEquals(422, refused.status(), refused.toString());
        return refused.withoutRequestId();
    }
}
