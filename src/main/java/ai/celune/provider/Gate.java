package ai.celune.provider;

import ai.celune.web.Problem;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Decides before a key is opened whether its provider may get anything (R54, R73). What the operator has decided counts from that moment on, and what has
 * expired stops counting at that moment.
 */
@ApplicationScoped
public class Gate {
    private final Catalogue catalogue;
    private final boolean openByDefault;
    private final Clock clock;

    /** @param openByDefault whether what nobody has decided about is approved, with a record that does not expire; for development and tests, refused in {@code prod} */
    Gate(
            Catalogue catalogue,
            @ConfigProperty(name = "celune.provider.open-by-default", defaultValue = "false") boolean openByDefault,
            Clock clock) {
        this.catalogue = catalogue;
        this.openByDefault = openByDefault;
        this.clock = clock;
    }

    /**
     * Lets a call pass.
     *
     * @param host where the key's calls go. A provider that may be anybody is not one that the catalogue has by its name: what is decided about that one would
     *     not count
     * @param decided of the operator; null while there is nothing
     * @param attested by the key's workspace; null for nothing. It goes before the operator's record, for a workspace may have a contract of its own,
     *     and it is all there can be for a provider that may be anybody
     * @return the policy record on which the call rests, as the log names it: {@code registry:<version>}, {@code attested:<version>} or {@code default}
     * @throws Problem {@code vendor_not_approved}, {@code provider_policy}
     */
    public String require(Provider provider, String host, @Nullable Clearance decided, @Nullable Attestation attested) {
        Instant now = clock.instant();
        if (provider.isAnybody() && !openByDefault && catalogue.hasByName(host)) {
            throw new Problem(ProviderErrors.NOT_APPROVED);
        }
        if (!provider.isAnybody() && !isApproved(decided, now)) {
            throw new Problem(ProviderErrors.NOT_APPROVED);
        }
        if (attested != null && attested.policy().until().isAfter(now)) {
            return unlessItTrains(attested.policy(), "attested:" + attested.version());
        }
        DataPolicy recorded = decided == null ? null : decided.policy();
        if (recorded == null && openByDefault) {
            return "default";
        }
        if (decided == null || recorded == null || !recorded.until().isAfter(now)) {
            throw new Problem(ProviderErrors.POLICY);
        }
        return unlessItTrains(recorded, "registry:" + decided.policyVersion());
    }

    /** Whether workspaces may use the provider now, as far as its approval goes. */
    boolean isApproved(@Nullable Clearance decided, Instant now) {
        Instant until = decided == null ? null : decided.approvedUntil();
        return until == null ? openByDefault : until.isAfter(now);
    }

    private static String unlessItTrains(DataPolicy policy, String name) {
        if (policy.trains()) {
            throw new Problem(ProviderErrors.POLICY);
        }
        return name;
    }
}
