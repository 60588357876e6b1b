package ai.celune.crypto.vault;

import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** How Vault answered lately, for the health report. */
final class VaultState {
    private final Clock clock;
    private final AtomicReference<Seen> seen = new AtomicReference<>(new Seen(null, null));

    VaultState(Clock clock) {
        this.clock = clock;
    }

    /**
     * @param lastAnswer when Vault last did what it should; null for never
     * @param degradedSince since when it does not; null while it does
     */
    record Seen(@Nullable Instant lastAnswer, @Nullable Instant degradedSince) {}

    void seen(String outcome) {
        Instant now = clock.instant();
        boolean answered = outcome.equals("ok") || outcome.equals("refused");
        seen.updateAndGet(before -> answered
                ? new Seen(now, null)
                : new Seen(before.lastAnswer, before.degradedSince == null ? now : before.degradedSince));
    }

    Seen get() {
        return seen.get();
    }
}
