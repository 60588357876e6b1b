package ai.celune.web;

import ai.celune.crypto.Digest;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.type.TypeFactory;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.MessageBodyReader;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.erdtman.jcs.JsonCanonicalizer;
import org.jspecify.annotations.Nullable;

/**
 * Reads every JSON body, which {@link BodyIntake} has bounded: strict UTF-8, strict JSON. Leaves a digest of the canonical document for requests with an Idempotency-Key,
 * and wipes the bytes, which may hold a secret.
 */
@Provider
@Consumes({MediaType.APPLICATION_JSON, JsonBodyReader.MERGE_PATCH})
public class JsonBodyReader implements MessageBodyReader<Object> {
    public static final String MERGE_PATCH = "application/merge-patch+json";

    private static final String DIGEST = "celune.body-digest";
    private static final byte[] EMPTY = new byte[0];

    private final ObjectMapper json;
    private final CurrentVertxRequest request;

    JsonBodyReader(ObjectMapper json, CurrentVertxRequest request) {
        this.json = json;
        this.request = request;
    }

    /** SHA-256 of the current request's canonical JSON body (RFC 8785); of nothing when it has none. */
    public static byte[] bodyDigest(CurrentVertxRequest request) {
        byte[] digest = request.getCurrent().get(DIGEST);
        return digest == null ? Digest.sha256(EMPTY) : digest;
    }

    @Override
    public boolean isReadable(Class<?> type, Type generic, Annotation[] annotations, MediaType mediaType) {
        return true;
    }

    @Override
    public @Nullable Object readFrom(
            Class<Object> type,
            Type generic,
            Annotation[] annotations,
            MediaType mediaType,
            MultivaluedMap<String, String> headers,
            InputStream body)
            throws IOException {
        byte[] bytes = body.readAllBytes();
        try {
            requireUtf8(bytes);
            if (bytes.length == 0) {
                return null;
            }
            Object read = json.readValue(bytes, TypeFactory.defaultInstance().constructType(generic));
            // Null has no canonical form; like an absent body it is for the operation to refuse.
            if (read != null && headers.getFirst("Idempotency-Key") != null) {
                request.getCurrent().put(DIGEST, canonicalDigest(bytes));
            }
            return read;
        } catch (JsonProcessingException e) {
            // Its message quotes what it could not read, which may be a secret, and others log it.
            throw Problems.of(e);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /** Jackson would also take UTF-16 and UTF-32, and a byte order mark; RFC 8259 section 8.1 allows neither. */
    private static void requireUtf8(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer rest = ByteBuffer.wrap(bytes);
        // In pieces through one array that is wiped: decoding at once would leave a copy of the body behind.
        CharBuffer piece = CharBuffer.allocate(512);
        CoderResult result;
        do {
            piece.clear();
            result = decoder.decode(rest, piece, true);
        } while (result.isOverflow());
        Arrays.fill(piece.array(), '\0');
        if (result.isError()) {
            throw new Problem(ErrorCode.INVALID_REQUEST, "the body is not UTF-8");
        }
        if (bytes.length > 2 && bytes[0] == (byte) 0xEF && bytes[1] == (byte) 0xBB && bytes[2] == (byte) 0xBF) {
            throw new Problem(ErrorCode.INVALID_REQUEST, "the body begins with a byte order mark");
        }
        for (byte b : bytes) {
            if (b == 0) {
                throw new Problem(ErrorCode.INVALID_REQUEST, "the body holds a NUL byte");
            }
        }
    }

    private static byte[] canonicalDigest(byte[] bytes) throws IOException {
        return Digest.sha256(new JsonCanonicalizer(bytes).getEncodedUTF8());
    }
}
