package ai.celune.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.identity.TestPasswords;
import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.MailedCode;
import ai.celune.support.Medians;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import ai.celune.support.TestClock;
import io.quarkus.scheduler.Scheduler;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Whoever has no right code cannot find out which addresses have accounts: not by status, body or headers, and not by time, of which statements and hashes
 * are the greatest part (case 62). Who has one may: {@code email_taken} is for those whom an operator has let in.
 */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class EnumerationTest {
    private static final Set<String> ROLES = Set.of("authn", "app", "audit");
    private static final String WRONG = "WRONG-WRONG-WRONG-WRONG";
    private static final int TURNS = 11;
    /** Between medians, in microseconds; a single try differs from the next by more. Statements and hashes are compared exactly. */
    private static final long NOISE = 10_000;

    @Inject
    Scheduler background;

    @Inject
    TestClock clock;

    private final Session known = Actors.newWorkspace();
    private final Session third = Actors.newWorkspace();
    private final Map<String, Function<String, Reply>> questions = questions();

    @BeforeEach
    void untried() {
        Rows.update("delete from sign_in_attempt");
    }

    /** Ways to ask about an address without a right code for it. */
    private Map<String, Function<String, Reply>> questions() {
        String reset = Api.post(
                        "/v1/platform/users/" + third.userId() + "/reset-code",
                        Actors.operator().token(),
                        Map.of())
                .require(201)
                .field("code");
        String mailed = MailedCode.to(third.email());
        String invitation = Api.post(
                        "/v1/invitations", third.token(), Map.of("email", Actors.newEmail(), "role", "member"))
                .require(201)
                .field("code");
        Map<String, Function<String, Reply>> ways = new LinkedHashMap<>();
        ways.put("sign up with a wrong code", email -> signUp(email, WRONG));
        ways.put("reset with a wrong code", email -> proof("reset-password", email, WRONG));
        ways.put("reset with another's code", email -> proof("reset-password", email, reset));
        ways.put("verify with a wrong code", email -> proof("verify-email", email, WRONG));
        ways.put("verify with another's code", email -> proof("verify-email", email, mailed));
        ways.put("join with a wrong code", email -> proof("accept-invitation", email, WRONG));
        ways.put("join with another's code", email -> proof("accept-invitation", email, invitation));
        return ways;
    }

    @Test
    void theAnswerIsTheSameAsOftenAsOneAsks() {
        // Else the second of waiting may pass for one of the two alone.
        clock.stop();
        questions.forEach((way, ask) -> {
            String unknown = Actors.newEmail();
            for (int i = 0; i < 5; i++) {
                assertEquals(shown(ask.apply(unknown)), shown(ask.apply(known.email())), way);
            }
            untried();
        });
    }

    private static String shown(Reply reply) {
        return reply.status() + " " + reply.withoutRequestId() + " "
                + reply.headers().map().keySet();
    }

    @Test
    void theAnswerTakesTheSameStatementsAndHashes() {
        SqlBudgetTest.awaitKeys();
        background.pause();
        try (SqlLog log = SqlLog.start()) {
            questions.forEach((way, ask) -> {
                // The first call prepares statements.
                refused(ask, Actors.newEmail());
                assertEquals(cost(log, ask, Actors.newEmail()), cost(log, ask, known.email()), way);
                untried();
            });
        } finally {
            background.resume();
        }
    }

    private static String cost(SqlLog log, Function<String, Reply> ask, String email) {
        int before = TestPasswords.hashes();
        String statements = log.during(() -> refused(ask, email), ROLES);
        assertTrue(statements.contains("audit("), statements);
        return statements + ", hashes: " + (TestPasswords.hashes() - before);
    }

    @Test
    void theAnswerTakesTheSameTime() {
        questions.forEach((way, ask) -> {
            Map<String, Long> medians = Medians.inTurn(
                    TURNS,
                    Map.of(
                            "known",
                            () -> untried(ask, known.email()),
                            "unknown",
                            () -> untried(ask, Actors.newEmail())));
            long least = Collections.min(medians.values());
            // A machine that has other work, too, is slower and less regular.
            assertTrue(
                    Collections.max(medians.values()) - least < Math.max(NOISE, least / 2),
                    way + ", medians in microseconds: " + medians);
        });
    }

    private void untried(Function<String, Reply> ask, String email) {
        untried();
        refused(ask, email);
    }

    private static void refused(Function<String, Reply> ask, String email) {
        ask.apply(email).require(422);
    }

    /** While the table is locked nobody can look, and an answer that rests on a look does not come. */
    @Test
    void aCodeIsPromisedBeforeAnybodyLooksForTheAccount() throws SQLException {
        try (Connection slow = DriverManager.getConnection(PostgresResource.superuserJdbcUrl())) {
            slow.setAutoCommit(false);
            try (var statement = slow.createStatement()) {
                statement.execute("lock table account in access exclusive mode");
            }
            Reply unknown = requestCode(Actors.newEmail()).require(202);
            assertEquals(shown(unknown), shown(requestCode(known.email())));
            slow.rollback();
        }
        MailedCode.await(known.email());
    }

    private static Reply requestCode(String email) {
        return Api.post("/v1/auth/request-code", null, Map.of("email", email));
    }

    private static Reply signUp(String email, String code) {
        return Api.post(
                "/v1/auth/sign-up",
                null,
                Map.of("email", email, "password", Actors.PASSWORD, "accessCode", code, "workspaceName", "Test"));
    }

    private static Reply proof(String operation, String email, String code) {
        Map<String, String> body = operation.equals("verify-email")
                ? Map.of("email", email, "code", code)
                : Map.of("email", email, "code", code, "password", Actors.PASSWORD);
        return Api.post("/v1/auth/" + operation, null, body);
    }
}
