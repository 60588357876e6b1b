package ai.celune.web;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A refusal that not every operation of its kind gives, for the OpenAPI document. Not {@code @APIResponse}: where one stands, the scanner leaves the
 * success out.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.CLASS)
@Repeatable(Refuses.All.class)
public @interface Refuses {
    int status();

    String why();

    /** Several of them. */
    @Target(ElementType.METHOD)
    @Retention(RetentionPolicy.CLASS)
    @interface All {
        Refuses[] value();
    }
}
