package ai.celune.provider;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A provider of the catalogue and what the operator has decided about it.
 *
 * @param baseUrl where it lives; null when each key names an origin
 * @param approved whether its keys may be used, as far as that is the operator's to say; null for one that may be anybody, which the attestation of each key decides
 * @param approvedUntil null for no end or no approval
 * @param policy null while nobody has recorded one
 */
public record ProviderView(
        String name,
        String title,
        @Nullable String baseUrl,
        @Nullable Boolean approved,
        @Nullable Instant approvedUntil,
        @Nullable Recorded policy) {
    /**
     * What an operator has found out.
     *
     * @param version uses that rest on it name it as {@code registry:<version>}
     */
    public record Recorded(
            int version,
            boolean trains,
            int retentionDays,
            String region,
            Instant until,
            String evidence,
            Instant verifiedAt) {}
}
