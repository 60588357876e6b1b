package ai.celune.broker;

import ai.celune.web.ErrorCode;
import ai.celune.web.Problem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Looks names up on threads of its own, because a look-up cannot be broken off: names that do not answer must not take the threads that everything else
 * runs on. Calls for the same name at the same time share one look-up.
 */
@ApplicationScoped
class LookUps {
    static final int AT_ONCE = 64;

    private static final long IDLE_SECONDS = 30;

    private final Vertx vertx;
    private final NameService names;
    private final long withinMillis;
    private final ConcurrentMap<String, CompletableFuture<List<InetAddress>>> running = new ConcurrentHashMap<>();
    private final ExecutorService threads = new ThreadPoolExecutor(
            0,
            AT_ONCE,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            Thread.ofPlatform().daemon().name("look-up-", 0).factory());

    LookUps(Vertx vertx, NameService names, BrokerConfig config) {
        this.vertx = vertx;
        this.names = names;
        withinMillis = config.connectTimeout().toMillis();
    }

    /**
     * The addresses of a host; does not block.
     *
     * @return fails with a {@link Problem}: {@code provider_unreachable} for a name without an address, {@code provider_timeout} for one that takes too
     *     long, {@code overloaded} when too many names are looked up already
     */
    Future<List<InetAddress>> addresses(String host) {
        CompletableFuture<List<InetAddress>> fresh = new CompletableFuture<>();
        CompletableFuture<List<InetAddress>> shared = running.putIfAbsent(host, fresh);
        if (shared == null) {
            shared = fresh;
            start(host, fresh);
        }
        return Future.fromCompletionStage(inTime(shared), vertx.getOrCreateContext())
                .recover(failure -> Future.failedFuture(
                        failure instanceof TimeoutException ? new Problem(BrokerErrors.TIMEOUT) : failure));
    }

    /** Gives up waiting; the look-up itself goes on. */
    private CompletableFuture<List<InetAddress>> inTime(CompletableFuture<List<InetAddress>> shared) {
        CompletableFuture<List<InetAddress>> mine =
                new CompletableFuture<List<InetAddress>>().orTimeout(withinMillis, TimeUnit.MILLISECONDS);
        var _ = shared.whenComplete((found, failure) -> {
            if (failure == null) {
                mine.complete(found);
            } else {
                mine.completeExceptionally(failure);
            }
        });
        return mine;
    }

    private void start(String host, CompletableFuture<List<InetAddress>> result) {
        try {
            threads.execute(() -> lookUp(host, result));
        } catch (RejectedExecutionException full) {
            running.remove(host, result);
            result.completeExceptionally(new Problem(ErrorCode.OVERLOADED).retryAfter(1));
        }
    }

    private void lookUp(String host, CompletableFuture<List<InetAddress>> result) {
        try {
            result.complete(names.addresses(host));
        } catch (UnknownHostException | RuntimeException e) {
            result.completeExceptionally(new Problem(BrokerErrors.UNREACHABLE).causedBy(e));
        } finally {
            running.remove(host, result);
        }
    }

    @PreDestroy
    void close() {
        threads.shutdownNow();
    }
}
