package ai.celune.idempotency;

import jakarta.enterprise.util.Nonbinding;
import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks a POST that honours Idempotency-Key. The method returns a {@code RestResponse} and joins the interceptor's transaction. */
@Inherited
@InterceptorBinding
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Idempotent {
    /**
     * Longest time, in seconds, that an operation's effect outside the database takes; 0 for one that has none. Such an operation runs in no transaction: that
     * it has begun is committed before, and its answer after it. A repetition after a refusal is a new attempt; after a crash in between, and after
     * a refusal that {@link ai.celune.web.Problem#isAfterEffect() leaves it open}, nobody can tell what happened, and it is told so.
     */
    @Nonbinding
    int outsideSeconds() default 0;
}
