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
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** An invitation lets in the person it names, with the role it names, once. */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class InvitationTest {
    @Inject
    TestClock clock;

    private final Session owner = Actors.newWorkspace();

    @Test
    void makesANewPersonAMemberWithTheRoleOfTheInvitation() {
        Session joined = Actors.join(owner, "auditor");
        assertEquals(owner.workspaceId(), joined.workspaceId());
        assertEquals("auditor", Api.get("/v1/me", joined.token()).field("role"));
    }

    @Test
    void somebodySignedInJoinsWithTheCodeAlone() {
        Session guest = Actors.newWorkspace();
        Reply tokens = accept(guest.token(), invite(guest.email())).require(201);
        assertEquals(owner.workspaceId().toString(), tokens.field("workspaceId"));
        assertEquals("member", Api.get("/v1/me", tokens.field("accessToken")).field("role"));
    }

    @Test
    void theCodeWorksOnce() {
        String email = Actors.newEmail();
        String code = invite(email);
        accept(email, code, Actors.PASSWORD).require(201);
        assertRefused(() -> accept(email, code, Actors.PASSWORD));
    }

    @Test
    void parallelUsesMakeOneMember() {
        Session guest = Actors.newWorkspace();
        String code = invite(guest.email());
        List<Reply> replies = Api.atOnce(8, () -> accept(guest.token(), code));
        assertEquals(1, replies.stream().filter(reply -> reply.status() == 201).count(), replies.toString());
        assertEquals("2", Rows.one("select count(*) from membership where user_id = ?", guest.userId()));
    }

    @Test
    void wrongExpiredAndForeignInvitationsLookTheSame() {
        String email = Actors.newEmail();
        String code = invite(email);
        String wrong = assertRefused(() -> accept(email, "WRONG-WRONG-WRONG-WRONG", Actors.PASSWORD));
        assertEquals(wrong, assertRefused(() -> accept(Actors.newEmail(), code, Actors.PASSWORD)));
        String stranger = Actors.newWorkspace().token();
        assertEquals(wrong, assertRefused(() -> accept(stranger, code)));
        clock.advance(Duration.ofDays(8));
        assertEquals(wrong, assertRefused(() -> accept(email, code, Actors.PASSWORD)));
    }

    @Test
    void aPersonWithAnAccountHasToSignInFirst() {
        String known = Actors.newWorkspace().email();
        String code = invite(known);
        Map<String, String> before = Rows.stored();
        assertEquals(
                "email_taken", accept(known, code, Actors.PASSWORD).require(409).code());
        assertEquals(before, Rows.stored());
    }

    @Test
    void aMemberCannotJoinAgain() {
        Session member = Actors.join(owner, "auditor");
        String code = invite(member.email());
        Map<String, String> before = Rows.stored();
        assertEquals("already_member", accept(member.token(), code).require(409).code());
        assertEquals(before, Rows.stored());
    }

    @Test
    void anApiKeyCannotJoinForItsPerson() {
        Session guest = Actors.newWorkspace();
        String code = invite(guest.email());
        String key = Actors.key(guest, "settings:read").token();
        Map<String, String> before = Rows.stored();
        assertEquals("session_required", accept(key, code).require(403).code());
        assertEquals(before, Rows.stored());
    }

    @Test
    void aWeakPasswordLeavesTheInvitationUsable() {
        String email = Actors.newEmail();
        String code = invite(email);
        Map<String, String> before = Rows.stored();
        assertEquals(400, accept(email, code, "short").status());
        assertEquals(before, Rows.stored());
        assertEquals(201, accept(email, code, Actors.PASSWORD).status());
    }

    private String invite(String email) {
        return Api.post("/v1/invitations", owner.token(), Map.of("email", email, "role", "member"))
                .require(201)
                .field("code");
    }

    private static String assertRefused(Callable<Reply> call) {
        Map<String, String> before = Rows.stored();
        Reply refused = Api.atOnce(1, call).getFirst();
        assertEquals("access_code_invalid", refused.require(422).code());
        assertEquals(before, Rows.stored());
        return refused.withoutRequestId();
    }

    private static Reply accept(String token, String code) {
        return Api.post("/v1/auth/accept-invitation", token, Map.of("code", code));
    }

    private static Reply accept(String email, String code, String password) {
        return Api.post("/v1/auth/accept-invitation", null, Map.of("email", email, "code", code, "password", password));
    }
}
