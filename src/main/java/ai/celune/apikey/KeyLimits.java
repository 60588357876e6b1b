package ai.celune.apikey;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Calls per minute that a key has at most, below what any key has; where one is above that, or null, that counts (R78).
 *
 * @param read GET and HEAD
 * @param write everything else
 * @param broker calls of providers
 */
@Embeddable
record KeyLimits(
        @Nullable @Min(1) @Max(60) @Column(name = "read_per_minute")
        Integer read,

        @Nullable @Min(1) @Max(30) @Column(name = "write_per_minute")
        Integer write,

        @Nullable @Min(1) @Max(100_000) @Column(name = "broker_per_minute")
        Integer broker) {
    static final KeyLimits NONE = new KeyLimits(null, null, null);

    /** By the names of the classes that limits have. */
    Map<String, Integer> byClass() {
        Map<String, Integer> limits = new HashMap<>();
        limits.put("read", read);
        limits.put("write", write);
        limits.put("broker", broker);
        limits.values().removeIf(number -> number == null);
        return limits;
    }
}
