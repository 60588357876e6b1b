package ai.celune.crypto;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import java.io.IOException;

/** Refuses: a secret that reached a response, a log line or a stored document is a defect and must be loud (R39). */
final class SecretSerializer extends JsonSerializer<Secret> {
    @Override
    public void serialize(Secret secret, JsonGenerator generator, SerializerProvider serializers) throws IOException {
        throw JsonMappingException.from(generator, "a secret cannot be serialized");
    }
}
