package ai.celune.audit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks a record as the schema of one action of the catalogue. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Event {
    /** {@code noun.verb_past}. */
    String value();

    /** Type of the target; the component {@code target} holds its id. */
    String target();

    /** Unless the record has a component {@code outcome}. */
    Outcome outcome() default Outcome.SUCCESS;
}
