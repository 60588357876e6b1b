package ai.celune.identity;

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

/** 10 to 256 bytes, and not among those that attackers try first (R17); the upper bound keeps hashing bounded. */
@Constraint(validatedBy = StrongPassword.Validator.class)
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.FIELD, ElementType.PARAMETER, ElementType.RECORD_COMPONENT})
@interface StrongPassword {
    String message() default "must have 10 to 256 bytes and be none of the passwords that are known from leaks";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    /** Counts bytes, so that no text is made of the password. */
    final class Validator implements ConstraintValidator<StrongPassword, Secret> {
        @Override
        public boolean isValid(@Nullable Secret value, ConstraintValidatorContext context) {
            return value == null
                    || (value.length() >= 10 && value.length() <= 256 && !BreachedPasswords.contain(value));
        }
    }
}
