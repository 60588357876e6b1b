package ai.celune.support;

import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.BeanSerializerModifier;
import io.quarkus.jackson.ObjectMapperCustomizer;
import jakarta.inject.Singleton;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;

/** Takes down which types of ours the mapper of the service under test has read or written, all of which it does by reflection. */
@Singleton
public final class JacksonTypes implements ObjectMapperCustomizer {
    private static final Set<String> SEEN = new ConcurrentSkipListSet<>();

    public static Set<String> seen() {
        return Set.copyOf(SEEN);
    }

    private static void see(BeanDescription type) {
        if (type.getBeanClass().getName().startsWith("ai.celune.")) {
            SEEN.add(type.getBeanClass().getName());
        }
    }

    @Override
    public void customize(ObjectMapper mapper) {
        SimpleModule module = new SimpleModule("types that are seen");
        module.setSerializerModifier(new Written());
        module.setDeserializerModifier(new Read());
        mapper.registerModule(module);
    }

    private static final class Written extends BeanSerializerModifier {
        private static final long serialVersionUID = 1L;

        @Override
        public JsonSerializer<?> modifySerializer(
                SerializationConfig config, BeanDescription type, JsonSerializer<?> serializer) {
            see(type);
            return serializer;
        }
    }

    private static final class Read extends BeanDeserializerModifier {
        private static final long serialVersionUID = 1L;

        @Override
        public JsonDeserializer<?> modifyDeserializer(
                DeserializationConfig config, BeanDescription type, JsonDeserializer<?> deserializer) {
            see(type);
            return deserializer;
        }
    }
}
