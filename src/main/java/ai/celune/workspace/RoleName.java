package ai.celune.workspace;

import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.jspecify.annotations.Nullable;

/** A role of the matrix. */
@Constraint(validatedBy = RoleName.Validator.class)
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.FIELD, ElementType.PARAMETER, ElementType.RECORD_COMPONENT})
@interface RoleName {
    String message() default "must be one of admin, auditor, member, owner";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    /** Asks the matrix. */
    final class Validator implements ConstraintValidator<RoleName, String> {
        @Override
        public boolean isValid(@Nullable String value, ConstraintValidatorContext context) {
            return value == null || RoleMatrix.roles().contains(value);
        }
    }
}
