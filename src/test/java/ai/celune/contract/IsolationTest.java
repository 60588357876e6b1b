package ai.celune.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.celune.contract.Operations.Operation;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Isolation as it is in use, with all layers. */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class IsolationTest extends IsolationCases {
    @Test
    void platformOperationsAreClosedToTheOwnersOfWorkspaces() {
        actors.stranger();
        for (Operation operation : Operations.all()) {
            if (operation.path().startsWith("/v1/platform/")) {
                Map<String, String> before = Rows.stored();
                Reply refused = call(operation, operation.filledAtRandom(), actors.stranger());
                assertEquals(403, refused.status(), refused.toString());
                assertEquals(before, Rows.stored());
            }
        }
    }
}
