package ai.celune.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.celune.contract.Operations.Operation;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** Every operation of the API document has an example, and the running service does what the example shows. */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class ApiExamplesTest {
    @Test
    void everyOperationHasAnExample() {
        try (ExampleCalls examples = new ExampleCalls()) {
            Set<String> operations =
                    Operations.all().stream().map(Operation::id).collect(Collectors.toCollection(TreeSet::new));
            assertEquals(operations, examples.names());
        }
    }

    @Test
    void theDocumentShowsTheExamples() {
        List<String> missing = new ArrayList<>();
        JsonNode document = Operations.document();
        try (ExampleCalls examples = new ExampleCalls()) {
            for (Operation operation : Operations.all()) {
                JsonNode described = document.path("paths")
                        .path(operation.path())
                        .path(operation.method().toLowerCase(Locale.ROOT));
                JsonNode example = examples.example(operation.id());
                String status = operation.isBroker()
                        ? "default"
                        : example.path("status").asText();
                JsonNode answer = described.path("responses").path(status);
                if (answer.isMissingNode()
                        || !shows(described.path("requestBody"), example.path("request"))
                        || !shows(answer, example.path("response"))) {
                    missing.add(operation.id());
                }
            }
        }
        assertEquals(List.of(), missing);
    }

    @Test
    void theServiceDoesWhatTheExamplesShow() {
        List<String> wrong = new ArrayList<>();
        try (ExampleCalls examples = new ExampleCalls()) {
            for (Operation operation : Operations.all()) {
                JsonNode example = examples.example(operation.id());
                if (operation.isOidc()) {
                    // OidcIT: no provider is configured here.
                    continue;
                }
                Reply reply = examples.send(operation, examples.prepare(operation));
                if (reply.status() != example.path("status").asInt()) {
                    wrong.add(operation.id() + " answers " + reply);
                } else if (!alike(example.path("response"), reply.json())) {
                    wrong.add(operation.id() + " answers " + reply.text() + " instead of " + example.path("response"));
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void retriesAndConditionsAreDescribedWhereTheyAreAccepted() {
        Set<String> idempotent = new TreeSet<>();
        Set<String> conditional = new TreeSet<>();
        JsonNode document = Operations.document();
        for (Operation operation : Operations.all()) {
            for (JsonNode parameter : document.path("paths")
                    .path(operation.path())
                    .path(operation.method().toLowerCase(Locale.ROOT))
                    .path("parameters")) {
                switch (parameter.path("name").asText()) {
                    case "Idempotency-Key" -> idempotent.add(operation.id());
                    case "If-Match" -> conditional.add(operation.id());
                    default -> {}
                }
            }
        }
        assertEquals(
                Set.of(
                        "ApiKeyResource_create",
                        "ApiKeyResource_rotate",
                        "EncryptionKeyResource_rotate",
                        "InvitationResource_invite",
                        "KeyCheckResource_check",
                        "MemberResource_transferOwnership",
                        "RoleResource_create",
                        "PlatformKeyringMoveResource_begin",
                        "PlatformResource_issue",
                        "PlatformResource_resetCode",
                        "ProviderKeyResource_create",
                        "ServiceAccountResource_create",
                        "SlackConnectionResource_check",
                        "SlackConnectionResource_create",
                        "SlackConnectionResource_send",
                        "SlackConnectionResource_verify",
                        "WorkspaceResource_create"),
                idempotent);
        assertEquals(
                Set.of(
                        "ApiKeyResource_change",
                        "MemberResource_changeRole",
                        "ProviderKeyResource_attest",
                        "ProviderKeyResource_follow",
                        "ProviderKeyResource_replaceValue",
                        "RoleResource_change",
                        "SettingsResource_change",
                        "SlackConnectionResource_replaceValue"),
                conditional);
    }

    private static boolean shows(JsonNode described, JsonNode example) {
        return example.isMissingNode()
                ? !described.has("content")
                : StreamSupport.stream(described.path("content").spliterator(), false)
                                .filter(type -> type.has("example"))
                                .allMatch(type -> type.path("example").equals(example))
                        && !described.path("content").isEmpty();
    }

    /**
     * The same fields with values of the same kinds. A list is like an example when one of its items is, whether there is a next page or
     * not: other tests have filled it.
     */
    private static boolean alike(JsonNode example, JsonNode actual) {
        if (example.isArray() && actual.isArray()) {
            return example.isEmpty()
                    || StreamSupport.stream(actual.spliterator(), false).anyMatch(item -> alike(example.get(0), item));
        }
        if (example.isObject() && actual.isObject()) {
            return names(example).equals(names(actual))
                    && names(example).stream()
                            .allMatch(name -> name.equals("next") || alike(example.get(name), actual.get(name)));
        }
        return example.getNodeType() == actual.getNodeType();
    }

    private static Set<String> names(JsonNode object) {
        Set<String> names = new TreeSet<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
