package ai.celune.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.celune.contract.Operations.Operation;
import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is sent, nothing fails inside, and nothing is taken that the document does not allow (R5). {@code -Dcelune.fuzz.seed} repeats a run. */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class FuzzTest {
    private static final int BODIES = 40;
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final List<String> TEXTS = List.of(
            "",
            " ",
            "\u0000",
            "a\u0000b",
            "x".repeat(5_000),
            "\uD83D\uDE00",
            "\u202E",
            "' or 1=1 --",
            "${jndi:ldap://x}",
            "../../etc/passwd",
            "null",
            "-1",
            "1e400",
            "owner",
            "https://x",
            "2026-02-30T00:00:00Z",
            "0000-00-00",
            "+999999999-12-31T23:59:59.999999999Z",
            "-999999999-01-01T00:00:00Z",
            "a@b",
            "\r\nX: y");

    private final long seed = Long.getLong("celune.fuzz.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private Session caller = Actors.newWorkspace();

    /** What an operator decides about a provider holds for every workspace, those of other tests too. */
    @AfterEach
    void undecide() {
        Rows.update("delete from provider_clearance");
    }

    @Test
    void noBodyFailsInsideAndNoneAgainstTheSchemaIsTaken() {
        JsonNode document = Operations.document();
        List<String> wrong = new ArrayList<>();
        for (Operation operation : Operations.all()) {
            JsonNode schema = Schemas.ofBody(document, operation);
            if (schema == null) {
                continue;
            }
            for (int i = 0; i < BODIES; i++) {
                JsonNode body = i % 8 == 0 ? value() : object(document, schema);
                Reply reply = send(operation, body);
                boolean taken = reply.status() < 300;
                if (reply.status() >= 500 || (taken && !Schemas.allowsBody(document, operation, body))) {
                    wrong.add(body + " -> " + reply);
                }
            }
        }
        assertEquals(List.of(), wrong, "seed " + seed);
    }

    @Test
    void bytesThatAreNoDocumentAreRefused() {
        List<byte[]> broken = List.of(
                new byte[] {(byte) 0xff, (byte) 0xfe, 0},
                "{\"name\":\"\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1),
                "{\"name\":\"a\",\"name\":\"b\"}".getBytes(StandardCharsets.UTF_8),
                "[".repeat(5_000).getBytes(StandardCharsets.UTF_8),
                ("{\"name\":" + "9".repeat(3_000) + "}").getBytes(StandardCharsets.UTF_8),
                "{\"name\":1e999999999}".getBytes(StandardCharsets.UTF_8),
                "{\"name\":NaN}".getBytes(StandardCharsets.UTF_8),
                "{} {}".getBytes(StandardCharsets.UTF_8),
                "\uFEFF{}".getBytes(StandardCharsets.UTF_16));
        List<String> wrong = new ArrayList<>();
        for (Operation operation : Operations.all()) {
            if (operation.hasBody() && !operation.isBroker()) {
                for (byte[] body : broken) {
                    Reply reply = Api.send(operation.method(), operation.filledAtRandom(), token(operation), body);
                    if (reply.status() != 400) {
                        wrong.add(new String(body, StandardCharsets.ISO_8859_1).substring(0, 3) + " -> " + reply);
                    }
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"+999999999-12-31T23:59:59Z\"",
                "\"-999999999-01-01T00:00:00Z\"",
                "\"+10000-01-01T00:00:00Z\"",
                "\"2030-02-30T00:00:00Z\"",
                "\"2030-01-01\"",
                "2000000000",
                "2000000000.5",
                "[2030,1,1]"
            })
    void aTimeThatIsNoInstantIsRefused(String time) {
        assertEquals(
                400,
                Api.post(
                                "/v1/api-keys",
                                caller.token(),
                                "{\"name\":\"n\",\"scopes\":[\"settings:read\"],\"expiresAt\":" + time + "}")
                        .status());
        String parameter = URLEncoder.encode(time.replace("\"", ""), StandardCharsets.UTF_8);
        assertEquals(
                400,
                Api.get("/v1/audit/events?from=" + parameter, caller.token()).status());
    }

    @Test
    void noParameterFailsInside() {
        List<String> wrong = new ArrayList<>();
        List<String> values = List.of(
                "",
                "0",
                "-1",
                "201",
                "99999999999",
                "1.5",
                "%00",
                "%ff",
                "%F0%9F%98%80",
                "a%0d%0ab",
                "x".repeat(4_000),
                "null",
                "2026-02-30T00:00:00Z",
                "%2B999999999-12-31T23:59:59Z",
                "-999999999-01-01T00:00:00Z",
                "AAAA",
                "_".repeat(32));
        for (Operation operation : Operations.all()) {
            if (!operation.changes() && !operation.isBroker()) {
                for (String parameter :
                        List.of("limit", "cursor", "actor", "action", "target", "from", "to", "outcome", "nonsense")) {
                    String value = values.get(random.nextInt(values.size()));
                    check(Api.get(operation.filledAtRandom() + "?" + parameter + "=" + value, token(operation)), wrong);
                }
                for (String value : values) {
                    if (!operation.pathParameters().isEmpty() && !value.isEmpty()) {
                        check(Api.get(operation.filled((of, name) -> value), token(operation)), wrong);
                    }
                }
            }
        }
        assertEquals(List.of(), wrong, "seed " + seed);
    }

    private static void check(Reply reply, List<String> wrong) {
        if (reply.status() >= 500) {
            wrong.add(reply.toString());
        }
    }

    private Reply send(Operation operation, JsonNode body) {
        return Api.send(operation.method(), operation.filledAtRandom(), token(operation), body);
    }

    /** Public operations are called by nobody; the caller signs in again where a call has ended the session. */
    private @org.jspecify.annotations.Nullable String token(Operation operation) {
        if (operation.permission().isEmpty()) {
            return null;
        }
        if (operation.path().startsWith("/v1/platform/")) {
            return Actors.operator().token();
        }
        if (Api.get("/v1/me", caller.token()).status() != 200) {
            caller = Actors.newWorkspace();
        }
        return caller.token();
    }

    /** Mostly what the schema wants, with one or two fields that are anything. */
    private ObjectNode object(JsonNode document, JsonNode schema) {
        ObjectNode object = JSON.objectNode();
        List<String> names = new ArrayList<>();
        schema.path("properties").fieldNames().forEachRemaining(names::add);
        int odd = random.nextInt(names.size() + 1);
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            JsonNode wanted =
                    Schemas.resolve(document, schema.path("properties").path(name));
            if (i == odd || random.nextInt(5) == 0) {
                object.set(name, value());
            } else if (random.nextInt(6) > 0) {
                object.set(name, fitting(document, wanted));
            }
        }
        if (random.nextInt(8) == 0) {
            object.set("more" + random.nextInt(10), value());
        }
        return object;
    }

    private JsonNode fitting(JsonNode document, JsonNode schema) {
        if (schema.has("enum")) {
            return schema.path("enum").path(random.nextInt(schema.path("enum").size()));
        }
        return switch (schema.path("type").asText()) {
            case "integer" -> JSON.numberNode(schema.path("minimum").asInt(0) + random.nextInt(5));
            case "boolean" -> JSON.booleanNode(random.nextBoolean());
            case "array" -> JSON.arrayNode().add(fitting(document, Schemas.resolve(document, schema.path("items"))));
            case "object" -> JSON.objectNode();
            default ->
                JSON.textNode(
                        switch (schema.path("format").asText()) {
                            case "uuid" -> UUID.randomUUID().toString();
                            case "date-time" -> "2030-01-01T00:00:00Z";
                            default ->
                                List.of("member", "settings:read", "openai", "person@example.test", "long enough text")
                                        .get(random.nextInt(5));
                        });
        };
    }

    private JsonNode value() {
        List<Supplier<JsonNode>> kinds = List.of(
                () -> JSON.textNode(TEXTS.get(random.nextInt(TEXTS.size()))),
                () -> JSON.textNode(TEXTS.get(random.nextInt(TEXTS.size()))),
                () -> JSON.numberNode(random.nextLong()),
                () -> JSON.numberNode(List.of(0, -1, Integer.MAX_VALUE).get(random.nextInt(3))),
                () -> JSON.numberNode(random.nextDouble()),
                () -> JSON.booleanNode(random.nextBoolean()),
                JSON::nullNode,
                () -> JSON.arrayNode().add(value()),
                () -> JSON.objectNode().set("a", value()),
                JSON::objectNode,
                JSON::arrayNode);
        return kinds.get(random.nextInt(kinds.size())).get();
    }
}
