package ai.celune.providerkey;

import ai.celune.crypto.Binding;
import ai.celune.crypto.SecretFacts;
import ai.celune.provider.Attestation;
import ai.celune.provider.DataPolicy;
import ai.celune.provider.Provider.Position;
import ai.celune.tenancy.WorkspaceOwned;
import jakarta.persistence.AttributeOverride;
import jakarta.persistence.Column;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A provider's secret, sealed, and where it may go. */
@Entity
@Table(name = "provider_key")
class ProviderKey extends WorkspaceOwned {
    private static final String KIND = "provider-key";

    @Column(nullable = false, updatable = false)
    private String provider;

    @Column(nullable = false)
    private String name;

    @Column(name = "base_url", nullable = false, updatable = false)
    private String baseUrl;

    @Column(nullable = false, updatable = false)
    private String header;

    @Column(nullable = false, updatable = false)
    private String scheme;

    @Column(nullable = false)
    private String sealed;

    @Column(name = "value_version", nullable = false)
    private int valueVersion;

    @Column
    private @Nullable String last4;

    @Column(nullable = false)
    private String fingerprint;

    @Column(name = "quarantined_at")
    private @Nullable Instant quarantinedAt;

    @Column(nullable = false)
    private int attestation;

    @Embedded
    @AttributeOverride(name = "trains", column = @Column(name = "attested_trains"))
    @AttributeOverride(name = "retentionDays", column = @Column(name = "attested_retention_days"))
    @AttributeOverride(name = "region", column = @Column(name = "attested_region"))
    @AttributeOverride(name = "until", column = @Column(name = "attested_until"))
    private @Nullable DataPolicy attested;

    @Embedded
    private @Nullable KeyRules rules;

    @Column(name = "created_by", nullable = false, updatable = false)
    private UUID createdBy;

    @Column(name = "created_at", nullable = false, updatable = false)
    private Instant createdAt;

    @Column(name = "updated_at", nullable = false)
    private Instant updatedAt;

    protected ProviderKey() {}

    ProviderKey(String provider, String name, String baseUrl, Position position, UUID createdBy, Instant now) {
        this.provider = provider;
        this.name = name;
        this.baseUrl = baseUrl;
        this.header = position.header();
        this.scheme = position.scheme();
        this.createdBy = createdBy;
        this.createdAt = now;
        this.updatedAt = now;
    }

    /** What the value of this version is bound to: an older value put back into the row does not open. */
    Binding binding(UUID workspace, int version) {
        return binding(workspace, id(), version);
    }

    static Binding binding(UUID workspace, UUID id, int version) {
        return new Binding(workspace, id, KIND, version);
    }

    int nextValueVersion() {
        return valueVersion + 1;
    }

    void holds(String newSealed, SecretFacts facts, Instant now) {
        sealed = newSealed;
        valueVersion = nextValueVersion();
        last4 = facts.last4();
        fingerprint = facts.fingerprint();
        quarantinedAt = null;
        updatedAt = now;
    }

    /** Says how the provider treats what this key is used for; counts from now on. */
    void attest(DataPolicy policy, Instant now) {
        attestation++;
        attested = policy;
        updatedAt = now;
    }

    /** Null while nobody has attested anything. */
    @Nullable
    Attestation attestation() {
        return attested == null ? null : new Attestation(attestation, attested);
    }

    KeyRules rules() {
        return rules == null ? KeyRules.NONE : rules;
    }

    /** May be used for this and no more from now on. */
    void follow(KeyRules wanted, Instant now) {
        rules = wanted;
        updatedAt = now;
    }

    boolean quarantined() {
        return quarantinedAt != null;
    }

    String provider() {
        return provider;
    }

    String baseUrl() {
        return baseUrl;
    }

    Position position() {
        return new Position(header, scheme);
    }

    String sealed() {
        return sealed;
    }

    int valueVersion() {
        return valueVersion;
    }

    String fingerprint() {
        return fingerprint;
    }

    ProviderKeyView view() {
        return new ProviderKeyView(
                id(),
                provider,
                name,
                baseUrl,
                last4,
                fingerprint,
                valueVersion,
                quarantined(),
                attestation(),
                rules(),
                createdAt,
                updatedAt);
    }
}
