package ai.celune.encryptionkey;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;

/** Re-wrapping, for tests of what rests on it. */
@ApplicationScoped
public class Rewraps {
    public static final Duration SETTLED = EncryptionKey.SETTLES_WITHIN.plusSeconds(1);

    private final KeyWork work;

    Rewraps(KeyWork work) {
        this.work = work;
    }

    /** As the schedule does it. */
    public void run() {
        work.rewrap();
    }
}
