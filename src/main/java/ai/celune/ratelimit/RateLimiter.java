package ai.celune.ratelimit;

import ai.celune.crypto.Digest;
import ai.celune.security.Actor;
import ai.celune.security.ClientAddress;
import ai.celune.security.CurrentRequest;
import ai.celune.security.RequestFacts;
import ai.celune.web.ErrorCode;
import ai.celune.web.Problem;
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
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final String TAKEN = "celune.limit";

    private final RateLimitConfig config;
    private final CurrentRequest request;
    /** Apart, so that made-up addresses and accounts, however many, leave room for the credentials that we know. */
    private final SlidingLog known = new SlidingLog(System::nanoTime);

    private final SlidingLog claimed = new SlidingLog(System::nanoTime);

    RateLimiter(RateLimitConfig config, CurrentRequest request) {
        this.config = config;
        this.request = request;
    }

    /**
     * Takes one slot of the request's class and writes the RateLimit fields of the answer.
     *
     * @throws Problem {@code rate_limited}
     */
    void take(RoutingContext context, LimitClass limitClass, @Nullable Actor actor) {
        String key = limitClass.label() + ":";
        Decision decision = actor == null || limitClass.isProof()
                ? take(
                        claimed,
                        key + ClientAddress.prefix(RequestFacts.of(context).address()),
                        count(limitClass, actor))
                : take(known, key + actor.credential().id(), count(limitClass, actor));
        if (decision != null) {
            context.put(TAKEN, decision);
            describe(context, limitClass, decision);
            require(limitClass, decision);
        }
    }

    /** Takes the account's slot of a proof of identity, whose address slot is taken already; refused, both stay free. */
    public void takeForAccount(String email) {
        String account = HexFormat.of().formatHex(Digest.sha256(email.getBytes(StandardCharsets.UTF_8)), 0, 16);
        Decision decision = take(claimed, "account:" + account, LimitClass.AUTH.perMinute());
        if (decision != null) {
            if (!decision.allowed()) {
                giveAddressBack();
            }
            settle(decision);
        }
    }

    /** Takes the slot of a family of refresh tokens in place of the address's: people behind one address refresh independently. */
    public void takeForFamily(UUID session) {
        Decision decision = take(known, "family:" + session, LimitClass.AUTH.perMinute());
        if (decision != null) {
            giveAddressBack();
            settle(decision);
        }
    }

    private void giveAddressBack() {
        Decision byAddress = Objects.requireNonNull(request.context()).get(TAKEN);
        if (byAddress != null) {
            claimed.giveBack(byAddress);
        }
    }

    private void settle(Decision decision) {
        describe(Objects.requireNonNull(request.context()), LimitClass.AUTH, decision);
        require(LimitClass.AUTH, decision);
    }

    private @Nullable Decision take(SlidingLog log, String key, int count) {
        return config.enabled() ? log.take(List.of(new Limit(key, count, MINUTE))) : null;
    }

    private int count(LimitClass limitClass, @Nullable Actor actor) {
        return switch (limitClass) {
            case BROKER -> broker(actor);
            case VERIFY -> config.verify();
            default -> limitClass.perMinute();
        };
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
