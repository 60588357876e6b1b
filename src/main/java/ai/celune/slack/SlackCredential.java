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

/** A value of one of the {@link SlackType}s. */
@Constraint(validatedBy = SlackCredential.Validator.class)
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.FIELD, ElementType.PARAMETER, ElementType.RECORD_COMPONENT})
@interface SlackCredential {
    String message() default
            "must be a bot token (xoxb-...) or the URL of an incoming webhook (https://hooks.slack.com/services/T.../B.../...)";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    /** Null is for others to refuse. */
    final class Validator implements ConstraintValidator<SlackCredential, Secret> {
        @Override
        public boolean isValid(@Nullable Secret value, ConstraintValidatorContext context) {
            return value == null || SlackType.of(value).isPresent();
        }
    }
}
