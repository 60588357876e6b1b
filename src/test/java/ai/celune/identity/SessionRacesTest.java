package ai.celune.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What ends all sessions of a person leaves no gap for one that is being opened at the same moment. */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class SessionRacesTest {
    private final Session person = Actors.newWorkspace();

    @Test
    void aSignInWithThePasswordThatIsJustBeingChangedFails() throws SQLException {
        Reply late = during(() -> Actors.signIn(person.email(), Actors.PASSWORD));
        assertEquals(401, late.status());
        assertEquals("1", sessions());
    }

    @Test
    void aSelectionDuringASignOutEverywhereFails() throws SQLException {
        UUID second = Api.post(
                        "/v1/workspaces", person.token(), Map.of("name", "Second", "accessCode", Actors.accessCode()))
                .require(201)
                .id();
        Reply late = during(() -> Api.post("/v1/workspaces/" + second + "/select", person.token(), Map.of()));
        assertEquals(401, late.status());
        assertEquals("1", sessions());
    }

    @Test
    void ofParallelSelectionsOneWins() {
        List<Reply> replies = Api.atOnce(8, this::select);
        assertEquals(1, replies.stream().filter(reply -> reply.status() == 200).count(), replies.toString());
        assertEquals(
                "1", Rows.one("select count(*) from session where user_id = ? and ended_at is null", person.userId()));
    }

    @Test
    void aSelectedSessionEndsWhenTheOldOneWouldHave() {
        String before = Rows.one("select max(expires_at) from session where user_id = ?", person.userId());
        select().require(200);
        assertEquals(before, Rows.one("select max(expires_at) from session where user_id = ?", person.userId()));
    }

    private Reply select() {
        return Api.post("/v1/workspaces/" + person.workspaceId() + "/select", person.token(), Map.of());
    }

    /** Makes the call wait for somebody who ends all sessions of the person, and commits only then. */
    private Reply during(Callable<Reply> call) throws SQLException {
        try (Connection other = DriverManager.getConnection(PostgresResource.superuserJdbcUrl())) {
            other.setAutoCommit(false);
            try (var statement = other.prepareStatement("update account set epoch = epoch + 1 where id = ?")) {
                statement.setObject(1, person.userId());
                statement.executeUpdate();
            }
            CompletableFuture<Reply> late =
                    CompletableFuture.supplyAsync(() -> Api.atOnce(1, call).getFirst());
            while (Rows.one("select count(*) from pg_locks where not granted").equals("0") && !late.isDone()) {
                Thread.onSpinWait();
            }
            other.commit();
            return late.join();
        }
    }

    private String sessions() {
        return Rows.one("select count(*) from session where user_id = ?", person.userId());
    }
}
