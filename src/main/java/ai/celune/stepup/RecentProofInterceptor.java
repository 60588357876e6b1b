package ai.celune.stepup;

import ai.celune.security.CurrentRequest;
import ai.celune.web.ErrorCode;
import ai.celune.web.Problem;
import jakarta.annotation.Priority;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import java.time.Clock;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Asks before the idempotency interceptor does: an old answer is not for a session that may not call. */
@RecentProof
@Interceptor
@Priority(Interceptor.Priority.LIBRARY_BEFORE + 40)
class RecentProofInterceptor {
    private static final ErrorCode REAUTHENTICATION_REQUIRED =
            new ErrorCode(403, "reauthentication_required", "The person has to prove once more who they are.");

    private final CurrentRequest request;
    private final StepUpConfig config;
    private final Clock clock;

    RecentProofInterceptor(CurrentRequest request, StepUpConfig config, Clock clock) {
        this.request = request;
        this.config = config;
        this.clock = clock;
    }

    @AroundInvoke
    @Nullable
    Object invoke(InvocationContext invocation) throws Exception {
        Instant proved = request.requireActor().provedAt();
        if (proved != null && proved.plus(config.recent()).isBefore(clock.instant())) {
            throw new Problem(REAUTHENTICATION_REQUIRED);
        }
        return invocation.proceed();
    }
}
