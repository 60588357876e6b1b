package ai.celune.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.contract.Operations.Operation;
import ai.celune.support.Actors;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** No operation is reached past its name, its method or its fields (cases 40, 44, 45). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class DisguisedRequestsTest {
    private static final List<String> OVERRIDES =
            List.of("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override");

    private final Actors actors = new Actors();

    @Test
    void noBodyTakesAFieldThatOnlyTheServiceSets() {
        Map<String, Object> ours = Map.of(
                "workspaceId", actors.stranger().workspaceId(),
                "role", "owner",
                "createdBy", UUID.randomUUID(),
                "revokedAt", Instant.EPOCH.toString(),
                "platformOperator", true);
        List<String> wrong = new ArrayList<>();
        int tried = 0;
        try (ExampleCalls examples = new ExampleCalls()) {
            for (Operation operation : Operations.all()) {
                if (operation.hasBody() && !operation.isBroker()) {
                    ExampleCalls.Call call = examples.prepare(operation);
                    Map<String, String> before = Rows.stored();
                    for (Map.Entry<String, Object> field : ours.entrySet()) {
                        if (!examples.example(operation.id()).path("request").has(field.getKey())) {
                            tried++;
                            Reply refused = examples.send(operation, call, Map.of(field.getKey(), field.getValue()));
                            if (refused.status() != 400
                                    || !refused.text()
                                            .contains("\"/" + field.getKey() + "\",\"code\":\"unknown_field\"")) {
                                wrong.add(field.getKey() + ": " + refused);
                            }
                        }
                    }
                    if (!before.equals(Rows.stored())) {
                        wrong.add(operation.name() + " changed something");
                    }
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(tried > 60, tried + " tried");
    }

    @Test
    void noPathHasASecondSpelling() {
        String owner = actors.owner().token();
        Map<String, String> before = Rows.stored();
        List<String> wrong = new ArrayList<>();
        for (Operation operation : Operations.all()) {
            for (String path : spellings(operation)) {
                Reply refused = Api.send(operation.method(), path, owner, operation.hasBody() ? Map.of() : null);
                if (refused.status() != 404) {
                    wrong.add(refused.toString());
                }
                Reply anonymous = Api.send(operation.method(), path, null, operation.hasBody() ? Map.of() : null);
                if (anonymous.status() != 404 && anonymous.status() != 401) {
                    wrong.add(anonymous.toString());
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertEquals(before, Rows.stored());
    }

    /** Behind the broker's prefix a path is the provider's own: ProxyTargetTest. */
    private static List<String> spellings(Operation operation) {
        String path = operation.filledAtRandom();
        String rest = path.substring(path.indexOf('/', 1));
        String first = path.substring(0, path.length() - rest.length());
        List<String> spellings = new ArrayList<>(List.of(
                first + ";x=1" + rest,
                "/" + path,
                first + "/" + rest,
                first + "/%2e" + rest,
                first + "/." + rest,
                "/x/%2e%2e" + path,
                "/%" + Integer.toHexString(path.charAt(1)) + path.substring(2)));
        if (!first.equals(first.toUpperCase(java.util.Locale.ROOT))) {
            spellings.add(first.toUpperCase(java.util.Locale.ROOT) + rest);
        }
        if (!operation.isBroker()) {
            spellings.addAll(List.of(path + "/", path + ";x", path + "/.", path + "%20"));
        }
        return spellings;
    }

    @Test
    void onlyTheMethodOfTheRequestLineCounts() {
        String auditor = actors.auditor().token();
        Map<String, String> before = Rows.stored();
        List<String> wrong = new ArrayList<>();
        for (Operation operation : Operations.all()) {
            if (operation.changes() && !operation.isBroker()) {
                String path = operation.filledAtRandom();
                int plain = Api.get(path, auditor).status();
                for (String override : OVERRIDES) {
                    Reply overridden = Api.send("GET", path, auditor, null, override, operation.method());
                    if (overridden.status() != plain) {
                        wrong.add(overridden + " instead of " + plain);
                    }
                }
                Reply inQuery = Api.get(path + "?_method=" + operation.method(), auditor);
                if (inQuery.status() != plain) {
                    wrong.add(inQuery + " instead of " + plain);
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertEquals(before, Rows.stored());
    }

    @Test
    void headIsGetWithoutItsBodyAndOptionsTellsNothing() {
        Set<String> read = Operations.all().stream()
                .filter(operation -> operation.method().equals("GET"))
                .map(Operation::path)
                .collect(Collectors.toSet());
        actors.member();
        Map<String, String> before = Rows.stored();
        List<String> wrong = new ArrayList<>();
        for (Operation operation : Operations.all()) {
            if (!operation.isBroker()) {
                String path = operation.filledAtRandom();
                for (String token : new String[] {actors.member().token(), ""}) {
                    String sent = token.isEmpty() ? null : token;
                    Reply head = Api.send("HEAD", path, sent, null);
                    boolean asGet = head.status() == Api.get(path, sent).status();
                    if (!head.text().isEmpty() || !(read.contains(operation.path()) ? asGet : head.status() >= 400)) {
                        wrong.add(head.toString());
                    }
                    Reply options = Api.send("OPTIONS", path, sent, null);
                    if (options.status() != 405 || !options.header("Allow").isEmpty()) {
                        wrong.add(options.toString());
                    }
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertEquals(before, Rows.stored());
    }
}
