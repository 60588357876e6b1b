package ai.celune.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.celune.contract.Operations.Operation;
import ai.celune.support.Actors;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Bodies are JSON: no operation makes something of another media type, whatever the framework could (R5). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class MediaTypeTest {
    @Test
    void everyOperationRefusesABodyThatIsNotJson() {
        String token = Actors.operator().token();
        Map<String, String> before = Rows.stored();
        for (Operation operation : Operations.all()) {
            if (operation.hasBody() && !operation.isBroker()) {
                for (String type : new String[] {"text/plain", "application/x-www-form-urlencoded"}) {
                    Reply refused = Api.send(
                            operation.method(), operation.filledAtRandom(), token, "\"text\"", "Content-Type", type);
                    assertEquals(415, refused.status(), refused.toString());
                    assertEquals("unsupported_media_type", refused.code(), operation.name());
                }
            }
        }
        assertEquals(before, Rows.stored());
    }
}
