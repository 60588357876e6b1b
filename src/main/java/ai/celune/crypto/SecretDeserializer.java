package ai.celune.crypto;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads a JSON string into UTF-8 bytes without making a {@code String} of it, and clears the parser's own copy: Jackson recycles its text buffers
 * between requests with their content. Anything but a string, control characters and unpaired surrogates are refused.
 */
final class SecretDeserializer extends JsonDeserializer<Secret> {
    // UTF-8 bytes for one UTF-16 unit.
    private static final int LONGEST_ENCODING = 3;

    @Override
    public Secret deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        if (!parser.hasToken(JsonToken.VALUE_STRING)) {
            return context.reportInputMismatch(Secret.class, "must be a string");
        }
        int start = parser.getTextOffset();
        char[] text = parser.getTextCharacters();
        int end = start + parser.getTextLength();
        try {
            for (int i = start; i < end; i++) {
                if (Character.isISOControl(text[i])) {
                    return context.reportInputMismatch(Secret.class, "must not contain control characters");
                }
            }
            return Secret.taking(encode(CharBuffer.wrap(text, start, end - start)));
        } catch (CharacterCodingException _) {
            return context.reportInputMismatch(Secret.class, "must be well-formed Unicode");
        } finally {
            Arrays.fill(text, start, end, '\0');
        }
    }

    private static byte[] encode(CharBuffer text) throws CharacterCodingException {
        // Large enough at once: an encoder that has to grow its buffer leaves the smaller one behind, filled.
        ByteBuffer encoded = ByteBuffer.wrap(new byte[text.remaining() * LONGEST_ENCODING]);
        try {
            CoderResult result = StandardCharsets.UTF_8.newEncoder().encode(text, encoded, true);
            if (result.isError()) {
                result.throwException();
            }
            return Arrays.copyOf(encoded.array(), encoded.position());
        } finally {
            Arrays.fill(encoded.array(), (byte) 0);
        }
    }
}
