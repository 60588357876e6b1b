package ai.celune.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.crypto.Digest;
import ai.celune.support.Fuzz;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.MultivaluedMap;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.nio.charset.Charset;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Strict JSON (R5, G5): a body has one meaning, which is read, or none, which is refused; nothing else happens. */
class JsonBodyReaderTest {
    enum Colour {
        RED,
        GREEN
    }

    record Inner(int count, boolean flag, @Nullable Inner inner) {}

    record Document(
            @Nullable String text,
            @Nullable Integer whole,
            @Nullable Boolean maybe,
            @Nullable Colour colour,
            @Nullable List<String> texts,
            @Nullable Instant at,
            @Nullable Inner inner) {}

    private static final String VALID = "{\"text\":\"é\\u00e9\\ud83d\\ude00\\\"\",\"whole\":7,\"maybe\":true,"
            + "\"colour\":\"GREEN\",\"texts\":[\"a\",\"b\"],\"at\":\"2026-11-25T16:00:00Z\",\"inner\":{\"count\":-1,\"flag\":false}}";
    private static final Document MEANING = new Document(
            "éé\ud83d\ude00\"",
            7,
            true,
            Colour.GREEN,
            List.of("a", "b"),
            Instant.parse("2026-11-25T16:00:00Z"),
            new Inner(-1, false, null));

    private final Map<Object, Object> noted = new HashMap<>();
    private final CurrentVertxRequest request = new CurrentVertxRequest();
    private final ObjectMapper json =
            JsonMapper.builder().addModule(new JavaTimeModule()).build();
    private final JsonBodyReader reader = new JsonBodyReader(json, request);

    JsonBodyReaderTest() {
        new JsonRules().customize(json);
        request.setCurrent((RoutingContext) Proxy.newProxyInstance(
                RoutingContext.class.getClassLoader(),
                new Class<?>[] {RoutingContext.class},
                (context, method, arguments) -> switch (method.getName()) {
                    case "put" -> {
                        noted.put(arguments[0], arguments[1]);
                        yield context;
                    }
                    case "get" -> noted.get(arguments[0]);
                    default -> throw new UnsupportedOperationException(method.getName());
                }));
    }

    @Test
    void aDocumentIsReadWhole() throws IOException {
        assertEquals(MEANING, read(VALID));
        assertEquals(MEANING, read(" \t\r\n" + VALID + "\n"));
        assertNull(read(""));
        assertTrue(reader.isReadable(Object.class, Object.class, new Annotation[0], MediaType.APPLICATION_JSON_TYPE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{} {}",
                "{}x",
                "{\"text\":\"a\",\"text\":\"a\"}",
                "{\"unknown\":1}",
                "{'text':'a'}",
                "{text:\"a\"}",
                "{\"text\":\"a\",}",
                "{\"text\":1}",
                "{\"text\":1.5}",
                "{\"text\":true}",
                "{\"text\":[\"a\"]}",
                "{\"text\":{}}",
                "{\"text\":\"\\u0000\"}",
                "{\"text\":\"x\\u0000\"}",
                "{\"text\":\"\\ud800\"}",
                "{\"text\":\"\\udfff\"}",
                "{\"text\":\"\\udc00\\ud800\"}",
                "{\"texts\":[\"\\udfff\"]}",
                "{\"text\":\"\n\"}",
                "{\"whole\":\"1\"}",
                "{\"whole\":\"\"}",
                "{\"whole\":1.0}",
                "{\"whole\":true}",
                "{\"whole\":2147483648}",
                "{\"whole\":01}",
                "{\"whole\":+1}",
                "{\"whole\":NaN}",
                "{\"whole\":100000000000000000000000000000000000}",
                "{\"inner\":{\"count\":null,\"flag\":true}}",
                "{\"inner\":{\"count\":\"1\",\"flag\":true}}",
                "{\"maybe\":1}",
                "{\"maybe\":\"true\"}",
                "{\"maybe\":0.0}",
                "{\"colour\":1}",
                "{\"colour\":\"1\"}",
                "{\"colour\":\"green\"}",
                "{\"texts\":\"a\"}",
                "{\"inner\":{\"count\":1,\"flag\":null}}",
                "// c\n{}",
                "\ufeff{}"
            })
    void anythingElseIsRefusedAndNothingIsNoted(String body) {
        Problem refusal = assertThrows(Problem.class, () -> read(body));
        assertEquals(400, refusal.code().status());
        assertTrue(noted.isEmpty());
    }

    @Test
    void onlyUtf8IsRead() {
        byte[] broken = VALID.getBytes(UTF_8);
        broken[10] = (byte) 0xff;
        for (byte[] body : List.of(
                broken,
                "{\"text\":\"\0\"}".getBytes(UTF_8),
                "{}\0".getBytes(UTF_8),
                VALID.getBytes(Charset.forName("UTF-16BE")),
                VALID.getBytes(Charset.forName("UTF-32LE")),
                new byte[] {'{', '"', (byte) 0xc0, (byte) 0x80, '"', '}'},
                new byte[] {'{', '}', ' ', (byte) 0xc3},
                new byte[] {(byte) 0xef, (byte) 0xbb, (byte) 0xbf})) {
            Problem refusal = assertThrows(Problem.class, () -> read(body, true));
            assertEquals(ErrorCode.INVALID_REQUEST, refusal.code());
            assertEquals(List.of(), refusal.errors());
        }
        assertEquals("the body is not UTF-8", detail(broken));
        assertEquals("the body holds a NUL byte", detail("{\0}".getBytes(UTF_8)));
        assertEquals("the body begins with a byte order mark", detail("\ufeff{}".getBytes(UTF_8)));
    }

    /** Decoding goes in pieces of 512 characters. */
    @Test
    void aBrokenByteIsFoundWhereverItStands() throws IOException {
        for (int length : new int[] {500, 510, 511, 512, 513, 1023, 1024, 1025, 60_000}) {
            String text = "x".repeat(length);
            byte[] body = ("{\"text\":\"" + text + "\"}").getBytes(UTF_8);
            assertEquals(text, ((Document) java.util.Objects.requireNonNull(read(body, false))).text());
            body[9 + length - 1] = (byte) 0xff;
            assertEquals("the body is not UTF-8", detail(body));
        }
    }

    @Test
    void nestingEndsAtSixteen() {
        assertEquals(
                ErrorCode.INVALID_REQUEST,
                assertThrows(Problem.class, () -> read(nested(17))).code());
        assertTrue(succeeds(nested(16)));
    }

    private static String nested(int depth) {
        String level = "\"inner\":{\"count\":1,\"flag\":true,";
        return "{" + level.repeat(depth - 1) + "\"inner\":null" + "}".repeat(depth);
    }

    private boolean succeeds(String body) {
        try {
            return read(body) != null;
        } catch (IOException | Problem e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aSecretInABodyIsWipedWhetherItWasReadOrNot() throws IOException {
        for (String body : List.of(VALID, "{\"unknown\":1}", "{\"text\":\"\0\"}")) {
            byte[] bytes = body.getBytes(UTF_8);
            InputStream lent = new ByteArrayInputStream(new byte[0]) {
                @Override
                public synchronized byte[] readAllBytes() {
                    return bytes;
                }
            };
            try {
                read(lent, false);
            } catch (Problem _) {
                // Two of them are refused.
            }
            assertArrayEquals(new byte[bytes.length], bytes);
        }
    }

    @Test
    void requestsAreComparedByTheMeaningOfTheirBodies() throws IOException {
        assertArrayEquals(Digest.sha256(new byte[0]), JsonBodyReader.bodyDigest(request));
        read("{\"whole\":1}".getBytes(UTF_8), false);
        assertArrayEquals(Digest.sha256(new byte[0]), JsonBodyReader.bodyDigest(request));
        String one = digest("{\"text\":\"é\",\"whole\":1}");
        assertEquals(one, digest(" {\n\"whole\": 1, \"text\": \"\\u00e9\"}"));
        assertEquals(HexFormat.of().formatHex(Digest.sha256("{\"text\":\"é\",\"whole\":1}".getBytes(UTF_8))), one);
        assertFalse(one.equals(digest("{\"text\":\"é\",\"whole\":2}")));
    }

    /** It is no object, so it has no canonical form; whether a body may be missing is for the operation to say. */
    @Test
    void aBodyOfNullIsNoBody() throws IOException {
        assertNull(read("null".getBytes(UTF_8), true));
        assertArrayEquals(Digest.sha256(new byte[0]), JsonBodyReader.bodyDigest(request));
    }

    @Test
    void timesAreWrittenAsText() throws IOException {
        assertTrue(json.writeValueAsString(MEANING).contains("\"2026-11-25T16:00:00Z\""));
    }

    @Test
    void aChangedBodyIsReadOrRefusedButNeverAFailure() {
        Fuzz.rounds(5_000, fuzz -> {
            byte[] body = fuzz.like(VALID).getBytes(UTF_8);
            if (fuzz.random().nextInt(4) == 0 && body.length > 0) {
                body[fuzz.random().nextInt(body.length)] = (byte) fuzz.random().nextInt();
            }
            byte[] sent = body.clone();
            try {
                Object read = read(body, true);
                // What was understood is said by our own document too.
                assertEquals(read, read(json.writeValueAsBytes(read), true));
            } catch (Problem refused) {
                assertEquals(400, refused.code().status(), () -> new String(sent, UTF_8));
            }
        });
    }

    private @Nullable Object read(String body) throws IOException {
        return read(body.getBytes(UTF_8), false);
    }

    private @Nullable Object read(byte[] body, boolean withKey) throws IOException {
        return read(new ByteArrayInputStream(body), withKey);
    }

    @SuppressWarnings("unchecked")
    private @Nullable Object read(InputStream body, boolean withKey) throws IOException {
        MultivaluedMap<String, String> headers = new MultivaluedHashMap<>();
        if (withKey) {
            headers.add("Idempotency-Key", "0123456789abcdef");
        }
        return reader.readFrom(
                (Class<Object>) (Class<?>) Document.class,
                Document.class,
                new Annotation[0],
                MediaType.APPLICATION_JSON_TYPE,
                headers,
                body);
    }

    private String digest(String body) throws IOException {
        read(body.getBytes(UTF_8), true);
        return HexFormat.of().formatHex(JsonBodyReader.bodyDigest(request));
    }

    private @Nullable String detail(byte[] body) {
        return assertThrows(Problem.class, () -> read(Arrays.copyOf(body, body.length), false))
                .detail();
    }
}
