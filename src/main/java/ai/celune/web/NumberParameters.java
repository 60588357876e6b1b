package ai.celune.web;

import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.ext.ParamConverter;
import jakarta.ws.rs.ext.ParamConverterProvider;
import jakarta.ws.rs.ext.Provider;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/** Whole numbers in query parameters: anything else is 400, where JAX-RS would say that the resource does not exist. */
@Provider
public class NumberParameters implements ParamConverterProvider {
    @Override
    @SuppressWarnings("unchecked")
    public <T> @Nullable ParamConverter<T> getConverter(Class<T> rawType, Type genericType, Annotation[] annotations) {
        return rawType == Integer.class ? (ParamConverter<T>) new Whole() : null;
    }

    private static final class Whole implements ParamConverter<Integer> {
        @Override
        public Integer fromString(String value) {
            try {
                return Integer.valueOf(value);
            } catch (NumberFormatException e) {
                throw new BadRequestException(Problem.invalid("limit", "number", "must be a whole number"));
            }
        }

        @Override
        public String toString(Integer value) {
            return value.toString();
        }
    }
}
