package ai.celune.apikey;

import ai.celune.egress.Cidr;
import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.jspecify.annotations.Nullable;

/** A block of addresses as {@link Cidr} reads it. */
@Constraint(validatedBy = AddressBlock.Validator.class)
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.FIELD, ElementType.PARAMETER, ElementType.TYPE_USE})
@interface AddressBlock {
    String message() default
            "must be an address block such as 203.0.113.0/24 or 2001:db8::/32, without bits beyond its prefix";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    /** Says what {@link Cidr#parse} says. */
    final class Validator implements ConstraintValidator<AddressBlock, String> {
        @Override
        public boolean isValid(@Nullable String value, ConstraintValidatorContext context) {
            try {
                return value == null || Cidr.parse(value) != null;
            } catch (IllegalArgumentException _) {
                return false;
            }
        }
    }
}
