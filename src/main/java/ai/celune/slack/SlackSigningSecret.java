package ai.celune.slack;

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

/** What Slack shows as an app's signing secret: 32 hexadecimal digits. */
@Constraint(validatedBy = SlackSigningSecret.Validator.class)
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.FIELD, ElementType.PARAMETER, ElementType.RECORD_COMPONENT})
@interface SlackSigningSecret {
    String message() default "must be 32 hexadecimal digits";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    /** Looks at bytes, so that no text is made of the secret. */
    final class Validator implements ConstraintValidator<SlackSigningSecret, Secret> {
        private static final int LENGTH = 32;

        @Override
        public boolean isValid(@Nullable Secret value, ConstraintValidatorContext context) {
            if (value == null) {
                return true;
            }
            for (byte b : value.bytes()) {
                if ((b < '0' || b > '9') && (b < 'a' || b > 'f')) {
                    return false;
                }
            }
            return value.length() == LENGTH;
        }
    }
}
