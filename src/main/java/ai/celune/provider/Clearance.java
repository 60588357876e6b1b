package ai.celune.provider;

import jakarta.persistence.AttributeOverride;
import jakarta.persistence.Column;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the platform operator has decided about a provider: until when workspaces may use it (R54), and how it treats their data (R73). */
@Entity
@Table(name = "provider_clearance")
public class Clearance {
    @Id
    private String provider;

    @Column(name = "approved_until")
    private @Nullable Instant approvedUntil;

    @Column(name = "policy_version", nullable = false)
    private int policyVersion;

    @Embedded
    @AttributeOverride(name = "until", column = @Column(name = "expires_at"))
    private @Nullable DataPolicy policy;

    @Column
    private @Nullable String evidence;

    @Column(name = "verified_by")
    private @Nullable UUID verifiedBy;

    @Column(name = "verified_at")
    private @Nullable Instant verifiedAt;

    @Version
    private int version;

    protected Clearance() {}

    void approve(Instant until) {
        approvedUntil = until;
    }

    /** Takes the place of what was recorded before. @return the version of the new record */
    int record(RecordPolicy found, UUID by, Instant now) {
        policy = found.policy();
        evidence = found.evidence();
        verifiedBy = by;
        verifiedAt = now;
        return ++policyVersion;
    }

    String provider() {
        return provider;
    }

    @Nullable
    Instant approvedUntil() {
        return approvedUntil;
    }

    int policyVersion() {
        return policyVersion;
    }

    /** Null while nobody has recorded one. */
    @Nullable
    DataPolicy policy() {
        return policy;
    }

    ProviderView.@Nullable Recorded recorded() {
        return policy == null
                ? null
                : new ProviderView.Recorded(
                        policyVersion,
                        policy.trains(),
                        policy.retentionDays(),
                        policy.region(),
                        policy.until(),
                        Objects.requireNonNull(evidence),
                        Objects.requireNonNull(verifiedAt));
    }
}
