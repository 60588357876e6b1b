package ai.celune.web;

import ai.celune.audit.NotRecordedException;
import ai.celune.crypto.SecretIntegrityException;
import ai.celune.crypto.SecretKeyMissingException;
import ai.celune.crypto.SecretShreddedException;
import ai.celune.crypto.SecretStoreUnavailableException;
import ai.celune.security.RefusedCredential;
import ai.celune.security.UnknownCredential;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import jakarta.persistence.OptimisticLockException;
import jakarta.transaction.RollbackException;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.Path;
import jakarta.ws.rs.WebApplicationException;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.hibernate.StaleStateException;
import org.jspecify.annotations.Nullable;

/** What a client sees of a failure. Anything that is not listed is 500 without a word about its cause. */
final class Problems {
    private Problems() {}

    static Problem of(Throwable failure) {
        Problem problem = find(failure);
        return problem == null ? new Problem(ErrorCode.INTERNAL_ERROR) : problem;
    }

    private static @Nullable Problem find(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            Problem problem = known(cause);
            if (problem != null) {
                return problem;
            }
        }
        return null;
    }

    private static @Nullable Problem known(Throwable failure) {
        return switch (failure) {
            case Problem problem -> problem;
            case UnauthorizedException ignored -> new Problem(ErrorCode.UNAUTHENTICATED);
            case AuthenticationFailedException ignored -> new Problem(ErrorCode.UNAUTHENTICATED);
            case RefusedCredential ignored -> new Problem(ErrorCode.UNAUTHENTICATED);
            case UnknownCredential ignored -> new Problem(ErrorCode.UNAUTHENTICATED);
            case ForbiddenException ignored -> new Problem(ErrorCode.PERMISSION_DENIED);
            case ConstraintViolationException violations -> invalid(violations);
            case StreamConstraintsException ignored ->
                new Problem(
                        ErrorCode.INVALID_REQUEST, "the body is nested too deeply or holds a value that is too long");
            case JsonProcessingException malformed -> malformed(malformed);
            case SecretIntegrityException ignored -> new Problem(ErrorCode.SECRET_INTEGRITY);
            case SecretShreddedException ignored -> new Problem(ErrorCode.SECRET_SHREDDED);
            case SecretKeyMissingException ignored -> unavailable(ErrorCode.SECRET_STORE_UNAVAILABLE);
            case SecretStoreUnavailableException ignored -> unavailable(ErrorCode.SECRET_STORE_UNAVAILABLE);
            case OptimisticLockException ignored -> new Problem(ErrorCode.CONFLICT);
            case StaleStateException ignored -> new Problem(ErrorCode.CONFLICT);
            case RejectedExecutionException ignored -> new Problem(ErrorCode.OVERLOADED).retryAfter(1);
            case NotRecordedException unrecorded -> unrecorded(unrecorded);
            case SQLException database -> database(database);
            case RollbackException notCommitted -> notCommitted(notCommitted);
            case WebApplicationException web -> http(web);
            default -> null;
        };
    }

    private static Problem unavailable(ErrorCode code) {
        return new Problem(code).retryAfter(5);
    }

    /**
     * SQLSTATE classes: 08 connection, 53 resources, 55 and 57 not available now; 25006: a standby, which only reads; none: no connection; 40 rolled back for
     * another's sake; 23503 gone and 23505 taken meanwhile.
     */
    private static @Nullable Problem database(SQLException failure) {
        String state = failure.getSQLState();
        if (state == null || state.matches("25006|(08|53|55|57).*")) {
            return unavailable(ErrorCode.DATABASE_UNAVAILABLE);
        }
        if (state.matches("2350[35]")) {
            return new Problem(ErrorCode.CONFLICT);
        }
        return state.startsWith("40") ? new Problem(ErrorCode.CONFLICT).retryAfter(1) : null;
    }

    /** The transaction manager hides what the database said to the commit. */
    private static @Nullable Problem notCommitted(RollbackException failure) {
        return Arrays.stream(failure.getSuppressed())
                .map(Problems::find)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /** A database that is gone is named as such; anything else that keeps an entry out is about the audit log. */
    private static Problem unrecorded(NotRecordedException failure) {
        Problem problem = failure.getCause() instanceof SQLException database ? database(database) : null;
        return problem == null ? unavailable(ErrorCode.AUDIT_UNAVAILABLE) : problem;
    }

    private static @Nullable Problem http(WebApplicationException failure) {
        return switch (failure.getResponse().getStatus()) {
            case 404 -> new Problem(ErrorCode.NOT_FOUND);
            case 405 -> new Problem(ErrorCode.METHOD_NOT_ALLOWED);
            case 406 -> new Problem(ErrorCode.NOT_ACCEPTABLE);
            case 413 -> new Problem(ErrorCode.BODY_TOO_LARGE);
            case 415 -> new Problem(ErrorCode.UNSUPPORTED_MEDIA_TYPE);
            case 400 -> failure.getCause() == null ? new Problem(ErrorCode.INVALID_REQUEST) : null;
            default -> null;
        };
    }

    private static Problem malformed(JsonProcessingException failure) {
        if (failure instanceof JsonMappingException mapping
                && !mapping.getPath().isEmpty()) {
            String code = failure instanceof UnrecognizedPropertyException ? "unknown_field" : "invalid_value";
            return Problem.invalid(
                    pointer(mapping),
                    code,
                    code.equals("unknown_field") ? "is not a field of this request" : "has the wrong type or form");
        }
        return new Problem(ErrorCode.INVALID_REQUEST, "the body is not well-formed JSON without duplicate fields");
    }

    private static String pointer(JsonMappingException failure) {
        return failure.getPath().stream()
                .map(part -> part.getFieldName() == null ? Integer.toString(part.getIndex()) : part.getFieldName())
                .map(part -> part.length() > 64 ? part.substring(0, 64) : part)
                .map(part -> part.replace("~", "~0").replace("/", "~1"))
                .collect(Collectors.joining("/", "/", ""));
    }

    private static Problem invalid(ConstraintViolationException failure) {
        List<Problem.FieldError> errors = failure.getConstraintViolations().stream()
                .map(violation -> new Problem.FieldError(
                        pointer(violation.getPropertyPath()), constraint(violation), violation.getMessage()))
                .sorted(Comparator.comparing(Problem.FieldError::pointer))
                .toList();
        return Problem.invalid(errors);
    }

    /** Method and parameter name come first in the path of a parameter's violation; the client knows neither. */
    private static String pointer(Path path) {
        List<String> names = StreamSupport.stream(path.spliterator(), false)
                .skip(2)
                .map(node -> node.getIndex() == null ? node.getName() : node.getIndex() + "")
                .toList();
        return names.isEmpty() ? "" : "/" + String.join("/", names);
    }

    private static String constraint(ConstraintViolation<?> violation) {
        String name = violation
                .getConstraintDescriptor()
                .getAnnotation()
                .annotationType()
                .getSimpleName();
        return name.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
    }
}
