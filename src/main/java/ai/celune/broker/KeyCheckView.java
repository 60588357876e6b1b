package ai.celune.broker;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a provider said of a key.
 *
 * @param valid null when its answer tells nothing of the key
 * @param status of its answer
 */
record KeyCheckView(@Nullable Boolean valid, int status, Instant checkedAt) {}
