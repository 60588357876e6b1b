package ai.celune.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.Medians;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The time of a refusal tells nothing about the account (case 62, R17). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class SignInTimingIT {
    private static final String WRONG = "not the password";
    private static final int TRIES = 100;
    /** Between medians. A single try differs from the next by more; one more commit on a disk costs about as much. */
    private static final long NOISE_MILLIS = 5;

    @Test
    void aWrongPasswordTakesTheSameTimeForEveryAccount() {
        Map<String, Long> medians;
        try (var _ = TestPasswords.atTrueCost()) {
            String one = Actors.newWorkspace().email();
            String five = withWorkspaces(5).email();
            medians = Medians.inTurn(
                    TRIES,
                    Map.of(
                            "unknown", () -> refused(Actors.newEmail()),
                            "in one workspace", () -> refused(one),
                            "in five", () -> refused(five)));
        }
        long least = Collections.min(medians.values());
        long difference = Collections.max(medians.values()) - least;
        // A machine that has other work, too, is slower and less regular; a hash that is not made is all of the time.
        long noise = Math.max(TimeUnit.MILLISECONDS.toMicros(NOISE_MILLIS), least / 5);
        assertTrue(difference < noise, "medians in microseconds: " + medians);
    }

    @Test
    void allEntriesAboutARefusalAreOneCommit() {
        Session person = withWorkspaces(5);
        Reply refused = Actors.signIn(person.email(), WRONG).require(401);
        assertEquals(
                "6 entries, 1 commit",
                Rows.one(
                        "select count(*) || ' entries, ' || count(distinct xmin::text) || ' commit' from audit_event"
                                + " where convert_from(bytes, 'UTF8')::json ->> 'requestId' = ?",
                        refused.field("requestId")));
    }

    private static Session withWorkspaces(int number) {
        Session person = Actors.newWorkspace();
        for (int i = 1; i < number; i++) {
            Api.post("/v1/workspaces", person.token(), Map.of("name", "Another", "accessCode", Actors.accessCode()))
                    .require(201);
        }
        return person;
    }

    private static void refused(String email) {
        // Else the delays after three failures would be measured.
        Rows.update("delete from sign_in_attempt");
        Actors.signIn(email, WRONG).require(401);
    }
}
