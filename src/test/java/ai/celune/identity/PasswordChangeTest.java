package ai.celune.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A new password throws everybody out who knew the old one (R16, R17). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
class PasswordChangeTest {
    private static final String NEW_PASSWORD = "another good password";

    private final Session person = Actors.newWorkspace();

    @Test
    void everySessionEndsAndTheNewPasswordSignsIn() {
        Session other = person.again();
        change(Actors.PASSWORD, NEW_PASSWORD).require(204);
        assertEquals(401, Api.get("/v1/me", person.token()).status());
        assertEquals(401, Api.get("/v1/me", other.token()).status());
        assertEquals(401, refresh(person).status());
        assertEquals(401, refresh(other).status());
        assertEquals(401, Actors.signIn(person.email(), Actors.PASSWORD).status());
        assertEquals(200, Actors.signIn(person.email(), NEW_PASSWORD).status());
    }

    @Test
    void aWrongCurrentPasswordChangesNothing() {
        Map<String, String> before = Rows.stored("sign_in_attempt");
        assertEquals(401, change("not the password", NEW_PASSWORD).status());
        assertEquals(before, Rows.stored("sign_in_attempt"));
        assertEquals(200, Api.get("/v1/me", person.token()).status());
    }

    @Test
    void guessesAtTheCurrentPasswordAreSlowedDownLikeSignIns() {
        for (int i = 0; i < 3; i++) {
            assertEquals(401, change("not the password", NEW_PASSWORD).status());
        }
        Map<String, String> before = Rows.stored();
        assertEquals(429, change(Actors.PASSWORD, NEW_PASSWORD).status());
        assertEquals(429, Actors.signIn(person.email(), Actors.PASSWORD).status());
        assertEquals(before, Rows.stored());
    }

    @Test
    void aWeakNewPasswordChangesNothing() {
        Map<String, String> before = Rows.stored();
        Reply refused = change(Actors.PASSWORD, "short");
        assertEquals(400, refused.status());
        assertEquals("/newPassword", refused.json().at("/errors/0/pointer").asText());
        assertEquals(before, Rows.stored());
    }

    @Test
    void anApiKeyCannotChangeItsPersonsPassword() {
        String key = Actors.key(person, "workspace:own").token();
        Map<String, String> before = Rows.stored();
        Reply refused = Api.post(
                "/v1/me/password", key, Map.of("currentPassword", Actors.PASSWORD, "newPassword", NEW_PASSWORD));
        assertEquals("session_required", refused.require(403).code());
        assertEquals(before, Rows.stored());
    }

    private Reply change(String current, String wanted) {
        return Api.post("/v1/me/password", person.token(), Map.of("currentPassword", current, "newPassword", wanted));
    }

    private static Reply refresh(Session session) {
        return Api.post("/v1/auth/refresh", null, Map.of("refreshToken", session.refreshToken()));
    }
}
