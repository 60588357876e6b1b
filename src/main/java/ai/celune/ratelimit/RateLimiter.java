package ai.celune.ratelimit;

import ai.celune.crypto.Digest;
import ai.celune.security.Actor;
import ai.celune.security.ClientAddress;
import ai.celune.security.CurrentRequest;
import ai.celune.security.RefusedCredential;
import ai.celune.security.RequestFacts;
import ai.celune.web.ErrorCode;
import ai.celune.web.Problem;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Takes the slots of a request: exact over any rolling minute, all limits of a request or none (R78). */
@ApplicationScoped
public class RateLimiter {
    static final Duration MINUTE = Duration.ofMinutes(1);
    private static final String TAKEN = "celune.limit";

    private final RateLimitConfig config;
    private final CurrentRequest request;
    private final SharedLimits limits;
    /** Apart, so that made-up addresses and accounts, however many, leave room for the credentials that we know. */
    private final SlidingLog known = new SlidingLog(System::nanoTime);

    private final SlidingLog claimed = new SlidingLog(System::nanoTime);

    RateLimiter(RateLimitConfig config, CurrentRequest request, SharedLimits limits) {
        this.config = config;
        this.request = request;
        this.limits = limits;
    }

    /**
     * Takes one slot of the request's class and writes the RateLimit fields of the answer. Does not block; what follows runs where the caller runs.
     *
     * @return fails with the {@link Problem} {@code rate_limited}, or with {@link RefusedCredential} where the credential has ended
     */
    Future<Void> take(RoutingContext context, LimitClass limitClass, @Nullable Actor actor) {
        if (!config.enabled()) {
            return Future.succeededFuture();
        }
        Future<Decision> asked = actor == null || limitClass.isProof()
                ? take(
                        claimed,
                        ClientAddress.prefix(RequestFacts.of(context).address()),
                        limitClass,
                        count(limitClass, actor))
                : take(known, actor.credential().id().toString(), limitClass, count(limitClass, actor));
        return asked.map(decision -> {
            if (actor != null && decision.ended()) {
                throw new RefusedCredential(actor.credential(), actor.principal(), actor.workspaceId(), "revoked");
            }
            context.put(TAKEN, decision);
            describe(context, limitClass, decision);
            require(limitClass, decision);
            return null;
        });
    }

    /** Takes the account's slot of a proof of identity, whose address slot is taken already; refused, both stay free. */
    public void takeForAccount(String email) {
        if (config.enabled()) {
            String account = HexFormat.of().formatHex(Digest.sha256(email.getBytes(StandardCharsets.UTF_8)), 0, 16);
            Decision decision =
                    await(take(claimed, "account:" + account, LimitClass.AUTH, LimitClass.AUTH.perMinute()));
            if (!decision.allowed()) {
                giveAddressBack();
            }
            settle(decision);
        }
    }

    /** Takes the slot of a family of refresh tokens in place of the address's: people behind one address refresh independently. */
    public void takeForFamily(UUID session) {
        if (config.enabled()) {
            Decision decision = await(take(known, "family:" + session, LimitClass.AUTH, LimitClass.AUTH.perMinute()));
            giveAddressBack();
            settle(decision);
        }
    }

    private void giveAddressBack() {
        Decision byAddress = Objects.requireNonNull(request.context()).get(TAKEN);
        if (byAddress != null) {
            limits.giveBack(claimed, byAddress);
        }
    }

    private void settle(Decision decision) {
        describe(Objects.requireNonNull(request.context()), LimitClass.AUTH, decision);
        require(LimitClass.AUTH, decision);
    }

    private Future<Decision> take(SlidingLog log, String principal, LimitClass limitClass, int count) {
        String key = principal(principal) + ":" + limitClass.label();
        return limits.take(log, List.of(new Limit(key, count, MINUTE, limitClass.isProof())));
    }

    /** In braces what a cluster keeps together: all limits of a principal can be taken in one step. */
    static String principal(String name) {
        return "{" + name + "}";
    }

    /** On a worker thread; the deadline of the shared log bounds the wait. */
    private static Decision await(Future<Decision> asked) {
        return asked.toCompletionStage().toCompletableFuture().join();
    }

    private int count(LimitClass limitClass, @Nullable Actor actor) {
        int usual = switch (limitClass) {
            case BROKER -> broker(actor);
            case VERIFY -> config.verify();
            default -> limitClass.perMinute();
        };
        Integer own = actor == null ? null : actor.limits().get(limitClass.label());
        return own == null ? usual : Math.min(own, usual);
    }

    private int broker(@Nullable Actor actor) {
        return actor == null || actor.brokerPerMinute() == null
                ? config.broker()
                : Math.min(actor.brokerPerMinute(), config.brokerMaximum());
    }

    private static void require(LimitClass limitClass, Decision decision) {
        if (!decision.allowed()) {
            throw new Problem(ErrorCode.RATE_LIMITED, limitClass.label()).retryAfter(decision.seconds());
        }
    }

    /** draft-ietf-httpapi-ratelimit-headers: what is promised, and what is left of it. */
    private static void describe(RoutingContext context, LimitClass limitClass, Decision decision) {
        String name = '"' + limitClass.label() + '"';
        context.response()
                .putHeader(
                        "RateLimit-Policy", name + ";q=" + decision.tightest().count() + ";w=60")
                .putHeader("RateLimit", name + ";r=" + decision.remaining() + ";t=" + decision.seconds());
    }
}
