package ai.celune.classification;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Rows;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the registry says of the life of rows is what happens, in every workspace and to nothing else (R38). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class RetentionTest {
    @Inject
    Retention retention;

    @Test
    void rowsGoWhenTheirTimeIsOverAndNoSooner() {
        Session owner = Actors.newWorkspace();
        Session other = Actors.newWorkspace();
        for (Session inviter : List.of(owner, other)) {
            for (int i = 0; i < 2; i++) {
                Api.post(
                                "/v1/invitations",
                                inviter.token(),
                                Map.of("email", Actors.newEmail(), "role", "member"),
                                "Idempotency-Key",
                                "retention-test-" + i)
                        .require(201);
            }
        }
        expire("invitation", owner);
        expire("invitation", other);
        expire("idempotency_record", owner);
        expire("session", owner);
        retention.deleteExpired();
        assertEquals("1", left("invitation", owner));
        assertEquals("1", left("invitation", other));
        assertEquals("1", left("idempotency_record", owner));
        assertEquals("2", left("idempotency_record", other));
        assertEquals("0", left("session", owner));
        assertEquals("1", left("session", other));
    }

    @Test
    void everyRuleNamesATimeOfItsTable() {
        assertEquals(
                List.of(),
                Rows.column("select table_name from classified_table t where expires_by is not null and not exists"
                        + " (select from information_schema.columns c where c.table_name = t.table_name"
                        + " and c.column_name = t.expires_by and c.data_type = 'timestamp with time zone')"));
    }

    /** One row to a second past its time, if there are more, and the next to a minute before. */
    private static void expire(String table, Session owner) {
        Rows.update(
                "update " + table + " set expires_at = now() - (select kept from classified_table where table_name = '"
                        + table + "') + interval '1 minute' where workspace_id = ?",
                owner.workspaceId());
        Rows.update(
                "update " + table
                        + " set expires_at = expires_at - interval '61 seconds' where ctid = (select max(ctid) from "
                        + table + " where workspace_id = ?)",
                owner.workspaceId());
    }

    private static String left(String table, Session owner) {
        return Rows.one("select count(*) from " + table + " where workspace_id = ?", owner.workspaceId());
    }
}
