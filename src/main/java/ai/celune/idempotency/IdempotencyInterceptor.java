package ai.celune.idempotency;

import ai.celune.crypto.Digest;
import ai.celune.crypto.Secret;
import ai.celune.idempotency.IdempotencyRecords.Answer;
import ai.celune.idempotency.IdempotencyRecords.Claim;
import ai.celune.idempotency.IdempotencyRecords.RequestKey;
import ai.celune.security.Actor;
import ai.celune.security.CurrentRequest;
import ai.celune.tenancy.Scope;
import ai.celune.tenancy.Transactions;
import ai.celune.web.ErrorCode;
import ai.celune.web.JsonBodyReader;
import ai.celune.web.Problem;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.core.http.HttpServerRequest;
import jakarta.annotation.Priority;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import jakarta.ws.rs.core.HttpHeaders;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/**
 * Claims the key, calls the operation and stores its answer, all in one transaction: a crash leaves either everything or nothing. With an
 * effect outside the database it takes two, and a crash between them leaves a claim that says so. Only successes are stored. Authentication,
 * limits and permissions were passed before, so a revoked caller cannot replay.
 */
@Idempotent
@Interceptor
@Priority(Interceptor.Priority.LIBRARY_BEFORE + 50)
class IdempotencyInterceptor {
    private static final ErrorCode REUSED =
            new ErrorCode(422, "idempotency_key_reused", "The Idempotency-Key belongs to another request.");
    private static final ErrorCode OUTCOME_UNKNOWN = new ErrorCode(
            409, "outcome_unknown", "An equal request began and never came to its end; its effect may have happened.");
    private static final int MAX_BODY = 256 * 1024;
    /** As long as others wait for a lock (G6). */
    private static final Duration WAIT = Duration.ofSeconds(5);

    /** Between two looks at a claim that is committed: there is no lock to wait for, and a connection held would be one less for others. */
    private static final Duration LOOK = Duration.ofMillis(50);

    private final IdempotencyRecords records;
    private final Transactions transactions;
    private final CurrentRequest current;
    private final CurrentVertxRequest request;
    private final ObjectMapper json;
    private final Clock clock;

    IdempotencyInterceptor(
            IdempotencyRecords records,
            Transactions transactions,
            CurrentRequest current,
            CurrentVertxRequest request,
            ObjectMapper json,
            Clock clock) {
        this.records = records;
        this.transactions = transactions;
        this.current = current;
        this.request = request;
        this.json = json;
        this.clock = clock;
    }

    @AroundInvoke
    @Nullable
    Object invoke(InvocationContext invocation) throws Exception {
        String key = request.getCurrent().request().getHeader("Idempotency-Key");
        if (key == null) {
            return invocation.proceed();
        }
        if (!SentRequest.isKey(key)) {
            throw Problem.invalid("Idempotency-Key", "pattern", "must be 16 to 255 visible ASCII characters");
        }
        Duration outside = outside(invocation);
        return outside.isZero()
                ? transactions.inNew(() -> once(invocation, key))
                : onceOutside(invocation, key, outside);
    }

    private static Duration outside(InvocationContext invocation) {
        return Duration.ofSeconds(
                invocation.getInterceptorBinding(Idempotent.class).outsideSeconds());
    }

    private Object once(InvocationContext invocation, String sentKey) throws Exception {
        SentRequest sent = sent();
        RequestKey key = key(sent.keyHash(sentKey));
        Claim claim = claim(key, sent.fingerprint());
        if (claim.answer() != null) {
            return replay(claim.answer());
        }
        RestResponse<?> result = (RestResponse<?>) Objects.requireNonNull(invocation.proceed());
        store(key, Objects.requireNonNull(claim.recordId()), result);
        return result;
    }

    private Object onceOutside(InvocationContext invocation, String sentKey, Duration longest) throws Exception {
        SentRequest sent = sent();
        RequestKey key = key(sent.keyHash(sentKey));
        Claim claim = begin(key, sent.fingerprint(), longest);
        if (claim.answer() != null) {
            return replay(claim.answer());
        }
        RestResponse<?> result;
        try {
            result = (RestResponse<?>) Objects.requireNonNull(invocation.proceed());
        } catch (Exception refusal) {
            // Else it stays as if the process had gone down in the midst of it: nobody knows that it may be repeated.
            if (!(refusal instanceof Problem problem && problem.isAfterEffect())) {
                transactions.inNew(() -> records.release(key));
            }
            throw refusal;
        }
        return transactions.inNew(() -> {
            store(key, Objects.requireNonNull(claim.recordId()), result);
            return result;
        });
    }

    /** Commits the claim, or waits for an equal call that still runs. */
    private Claim begin(RequestKey key, byte[] fingerprint, Duration longest) throws InterruptedException {
        long until = System.nanoTime() + WAIT.toNanos();
        while (true) {
            Claim claim = transactions.inNew(() -> claim(key, fingerprint));
            Instant started = claim.started();
            if (started == null) {
                return claim;
            }
            if (clock.instant().isAfter(started.plus(longest))) {
                throw new Problem(OUTCOME_UNKNOWN);
            }
            if (System.nanoTime() > until) {
                throw new Problem(IdempotencyRecords.IN_PROGRESS).retryAfter(1);
            }
            Thread.sleep(LOOK);
        }
    }

    private Claim claim(RequestKey key, byte[] fingerprint) {
        Claim claim = records.claim(key, fingerprint);
        if (claim.fingerprint() != null && !Digest.equal(fingerprint, claim.fingerprint())) {
            throw new Problem(REUSED);
        }
        return claim;
    }

    private void store(RequestKey key, UUID recordId, RestResponse<?> response) throws JsonProcessingException {
        Object entity =
                response.getEntity() instanceof Replayable secret ? secret.withoutSecret() : response.getEntity();
        byte[] body = entity == null ? null : json.writeValueAsBytes(entity);
        if (body != null && body.length > MAX_BODY) {
            throw new IllegalStateException("an idempotent answer must stay below " + MAX_BODY + " bytes");
        }
        Object location = response.getHeaders().getFirst(HttpHeaders.LOCATION);
        Object etag = response.getHeaders().getFirst(HttpHeaders.ETAG);
        records.store(
                key,
                recordId,
                response.getStatus(),
                location == null ? null : location.toString(),
                etag == null ? null : etag.toString(),
                body);
    }

    private RestResponse<JsonNode> replay(Answer answer) throws IOException {
        var response =
                RestResponse.ResponseBuilder.<JsonNode>create(answer.status()).header("Idempotency-Replayed", "true");
        if (answer.location() != null) {
            response.header(HttpHeaders.LOCATION, answer.location());
        }
        if (answer.etag() != null) {
            response.header(HttpHeaders.ETAG, answer.etag());
        }
        try (Secret body = answer.body()) {
            if (body != null) {
                response.entity(json.readTree(body.bytes()));
            }
        }
        return response.build();
    }

    private RequestKey key(byte[] keyHash) {
        Actor actor = current.requireActor();
        return new RequestKey(
                Objects.requireNonNullElse(actor.workspaceId(), Scope.NOBODY),
                actor.principal().id(),
                keyHash);
    }

    private SentRequest sent() {
        HttpServerRequest sent = request.getCurrent().request();
        return new SentRequest(
                sent.method() + " " + sent.path(),
                sent.query(),
                sent.getHeader(HttpHeaders.CONTENT_TYPE),
                JsonBodyReader.bodyDigest(request));
    }
}
