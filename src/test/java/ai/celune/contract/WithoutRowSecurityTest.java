package ai.celune.contract;

import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Rows;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Isolation while the database lets everything through: the layers above do not lean on the last one (R20). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class WithoutRowSecurityTest extends IsolationCases {
    @BeforeEach
    void off() {
        turn("disable");
    }

    @AfterEach
    void on() {
        turn("enable");
    }

    private static void turn(String how) {
        List<String> tables = Rows.column("select table_name from classified_table where kind = 'workspace'");
        tables.forEach(table -> Rows.update("alter table " + table + " " + how + " row level security"));
    }
}
