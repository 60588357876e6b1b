package ai.celune.providerkey;

import ai.celune.crypto.Secret;
import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.jspecify.annotations.Nullable;

/** Visible ASCII of 8 to 8,192 bytes: what can stand in a header field, and is long enough to be found again in an answer. */
@Constraint(validatedBy = ProviderSecret.Validator.class)
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.FIELD, ElementType.PARAMETER, ElementType.RECORD_COMPONENT})
@interface ProviderSecret {
    String message() default "must be 8 to 8192 visible ASCII characters";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    /** Looks at bytes, so that no text is made of the secret. */
    final class Validator implements ConstraintValidator<ProviderSecret, Secret> {
        @Override
        public boolean isValid(@Nullable Secret value, ConstraintValidatorContext context) {
            if (value == null) {
                return true;
            }
            if (value.length() < 8 || value.length() > 8192) {
                return false;
            }
            for (byte b : value.bytes()) {
                if (b < 0x21 || b > 0x7e) {
                    return false;
                }
            }
            return true;
        }
    }
}
