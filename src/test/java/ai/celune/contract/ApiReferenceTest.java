package ai.celune.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.celune.contract.Operations.Operation;
import ai.celune.ratelimit.LimitClass;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;

/** The page of all operations is that of the running build (R84). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class ApiReferenceTest {
    private static final Path PAGE = Path.of("docs", "api-reference.md");
    private static final String HEAD = "| Operation | What it does | Permission | Limit |\n|---|---|---|---|\n";

    @Test
    void thePageListsTheOperationsOfThisBuild() throws IOException {
        StringBuilder table = new StringBuilder(HEAD);
        JsonNode paths = Operations.document().path("paths");
        for (Operation operation : Operations.all()) {
            String summary = paths.path(operation.path())
                    .path(operation.method().toLowerCase(Locale.ROOT))
                    .path("summary")
                    .asText();
            String permission = operation.permission().isEmpty() ? "" : "`" + operation.permission() + "`";
            String limit = LimitClass.of(operation.method(), operation.filledAtRandom())
                    .name()
                    .toLowerCase(Locale.ROOT);
            table.append("| `%s` | %s | %s | %s |\n".formatted(operation.name(), summary, permission, limit));
        }
        String page = Files.readString(PAGE);
        String expected = page.replaceFirst("(?s)\\| Operation \\|.*|\\z", Matcher.quoteReplacement(table.toString()));
        Path now = Path.of("target", "contract", "api-reference.md");
        Files.createDirectories(now.getParent());
        Files.writeString(now, expected);
        assertEquals(expected, page, "if that is meant: cp " + now + " " + PAGE);
    }
}
