package ai.celune.crypto.vault;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.vault.client.VaultClientException;
import io.quarkus.vault.client.common.VaultRequest;
import io.quarkus.vault.client.common.VaultRequestExecutor;
import io.quarkus.vault.client.common.VaultResponse;
import io.smallrye.faulttolerance.api.Guard;
import java.io.IOException;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;

/**
 * Keeps an ailing Vault from taking the service with it: a breaker that asks again after a second, a bound on those who wait, one repetition of what failed at
 * once. Every call that Celune makes may be repeated: at worst a key gets one more version.
 */
final class ResilientTransport implements VaultRequestExecutor {
    /** Running and waiting for a connection; more would take the workers from those who need no Vault. */
    private static final int MOST_AT_ONCE = 64;

    private final VaultRequestExecutor transport;
    private final Guard guard;
    private final MeterRegistry metrics;
    private final VaultState state;

    ResilientTransport(VaultRequestExecutor transport, MeterRegistry metrics, VaultState state) {
        this.transport = transport;
        this.metrics = metrics;
        this.state = state;
        guard = Guard.create()
                .withDescription("vault")
                .withBulkhead()
                .limit(MOST_AT_ONCE)
                .done()
                .withCircuitBreaker()
                .when(ResilientTransport::isOutage)
                .requestVolumeThreshold(10)
                .failureRatio(0.5)
                .delay(1, ChronoUnit.SECONDS)
                .done()
                .withRetry()
                .maxRetries(1)
                .delay(20, ChronoUnit.MILLIS)
                .jitter(10, ChronoUnit.MILLIS)
                .whenException(ResilientTransport::isWorthRepeating)
                .done()
                .build();
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> CompletionStage<VaultResponse<T>> execute(VaultRequest<T> request) {
        Timer.Sample time = Timer.start(metrics);
        String outcome = "ok";
        try {
            return CompletableFuture.completedStage(guard.call(() -> send(request), VaultResponse.class));
        } catch (Exception e) {
            outcome = outcome(e);
            return CompletableFuture.failedStage(e);
        } finally {
            time.stop(metrics.timer("celune.vault.requests", "operation", request.getOperation(), "outcome", outcome));
            state.seen(outcome);
        }
    }

    private <T> VaultResponse<T> send(VaultRequest<T> request) throws Exception {
        try {
            return transport.execute(request).toCompletableFuture().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private static String outcome(Exception failure) {
        if (failure instanceof CircuitBreakerOpenException || failure instanceof BulkheadException) {
            return "prevented";
        }
        if (isOutage(failure)) {
            return "unavailable";
        }
        return failure instanceof VaultClientException answer && answer.isPermissionDenied() ? "denied" : "refused";
    }

    /** A sealed, standby or overloaded Vault, one that lags behind (412), or none at all. */
    static boolean isOutage(Throwable failure) {
        return failure instanceof IOException
                || failure instanceof TimeoutException
                || (failure instanceof VaultClientException answer
                        && (answer.getStatus() == null
                                || answer.getStatus() >= 500
                                || answer.getStatus() == 412
                                || answer.getStatus() == 429));
    }

    /** A timeout has used the caller's time up. */
    private static boolean isWorthRepeating(Throwable failure) {
        return isOutage(failure) && !(failure instanceof TimeoutException);
    }
}
