package ai.celune.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The body of every refusal (RFC 9457, G5). */
@JsonInclude(JsonInclude.Include.NON_NULL)
@RegisterForReflection(registerFullHierarchy = true)
public record ProblemDocument(
        String type,
        String title,
        int status,
        String code,
        String requestId,
        @Nullable String detail,
        @Nullable List<Problem.FieldError> errors) {
    public static final String MEDIA_TYPE = "application/problem+json";

    static ProblemDocument of(Problem problem, String requestId) {
        ErrorCode code = problem.code();
        return new ProblemDocument(
                "urn:celune:error:" + code.code(),
                code.title(),
                code.status(),
                code.code(),
                requestId,
                problem.detail(),
                problem.errors().isEmpty() ? null : problem.errors());
    }

    /** Answers with the document outside JAX-RS. */
    static void send(Problem problem, String requestId, HttpServerResponse response, ObjectMapper json) {
        if (response.ended() || response.headWritten()) {
            return;
        }
        try {
            response.setStatusCode(problem.code().status()).putHeader("Content-Type", MEDIA_TYPE);
            if (problem.retryAfterSeconds() > 0) {
                response.putHeader("Retry-After", Long.toString(problem.retryAfterSeconds()));
            }
            if (problem.code().status() == 401) {
                response.putHeader("WWW-Authenticate", "Bearer");
            }
            response.end(Buffer.buffer(json.writeValueAsBytes(of(problem, requestId))));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
