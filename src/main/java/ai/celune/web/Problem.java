package ai.celune.web;

import ai.celune.audit.AuditEvent;
import ai.celune.security.Actor;
import ai.celune.tenancy.Scope;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A refusal on its way to the client as a problem document (RFC 9457). Carries only public text; a private cause goes to the log.
 */
public class Problem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient ErrorCode code;
    private final transient @Nullable String detail;
    private final transient List<FieldError> errors;
    private final long retryAfter;
    private final transient List<Fact> facts;
    private final boolean afterEffect;

    public Problem(ErrorCode code) {
        this(code, null, List.of(), 0, List.of(), false, null);
    }

    public Problem(ErrorCode code, @Nullable String detail) {
        this(code, detail, List.of(), 0, List.of(), false, null);
    }

    private Problem(
            ErrorCode code,
            @Nullable String detail,
            List<FieldError> errors,
            long retryAfter,
            List<Fact> facts,
            boolean afterEffect,
            @Nullable Throwable cause) {
        super(code.code(), cause);
        this.code = code;
        this.detail = detail;
        this.errors = errors;
        this.retryAfter = retryAfter;
        this.facts = facts;
        this.afterEffect = afterEffect;
    }

    /** A refusal because of single fields of the body or of parameters. */
    public static Problem invalid(List<FieldError> errors) {
        return new Problem(ErrorCode.INVALID_REQUEST, null, errors, 0, List.of(), false, null);
    }

    /** A refusal because of one field; {@code pointer} is a JSON pointer into the body (RFC 6901) or the name of a parameter. */
    public static Problem invalid(String pointer, String code, String detail) {
        return invalid(List.of(new FieldError(pointer, code, detail)));
    }

    /** The same refusal with the seconds after which trying again makes sense. */
    public Problem retryAfter(long seconds) {
        return new Problem(code, detail, errors, Math.max(1, seconds), facts, afterEffect, getCause());
    }

    public Problem causedBy(Throwable cause) {
        return new Problem(code, detail, errors, retryAfter, facts, afterEffect, cause);
    }

    /** The same refusal with an event for the operator log, stored before the answer and after the roll-back of what was refused. */
    public Problem recordedAs(AuditEvent fact) {
        return recordedAs(List.of(new Fact(Scope.NOBODY, null, fact)));
    }

    /** The same with events of several logs, which are stored together or not at all. */
    public Problem recordedAs(List<Fact> told) {
        return new Problem(code, detail, errors, retryAfter, told, afterEffect, getCause());
    }

    /** The same refusal where what was asked may have been done nevertheless, outside the database: a repetition is no new attempt. */
    public Problem afterEffect() {
        return new Problem(code, detail, errors, retryAfter, facts, true, getCause());
    }

    public boolean isAfterEffect() {
        return afterEffect;
    }

    public ErrorCode code() {
        return code;
    }

    public @Nullable String detail() {
        return detail;
    }

    public List<FieldError> errors() {
        return errors;
    }

    List<Fact> facts() {
        return facts;
    }

    /** Seconds for the Retry-After field; 0 for none. */
    public long retryAfterSeconds() {
        return retryAfter;
    }

    /**
     * What a log tells of the refusal.
     *
     * @param actor null for the caller of the request
     */
    public record Fact(UUID workspaceId, Actor.@Nullable Ref actor, AuditEvent event) {}

    /** One refused field. */
    public record FieldError(String pointer, String code, String detail) {}
}
