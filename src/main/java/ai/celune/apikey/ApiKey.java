package ai.celune.apikey;

import ai.celune.apikey.workload.Workload;
import ai.celune.tenancy.WorkspaceOwned;
import jakarta.persistence.Column;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/** A key of a person or a service account, known by its digest only (R25). */
@Entity
@Table(name = "api_key")
class ApiKey extends WorkspaceOwned {
    @Column(name = "user_id")
    private @Nullable UUID userId;

    @Column(name = "service_account_id")
    private @Nullable UUID serviceAccountId;

    @Column(nullable = false)
    private String name;

    @Column(updatable = false)
    private @Nullable String prefix;

    @Column(name = "token_hash", updatable = false)
    private byte @Nullable [] tokenHash;

    @Column(name = "workload_issuer", updatable = false)
    private @Nullable String workloadIssuer;

    @Column(name = "workload_subject", updatable = false)
    private @Nullable String workloadSubject;

    @Column(name = "workload_audience", updatable = false)
    private @Nullable String workloadAudience;

    @JdbcTypeCode(SqlTypes.ARRAY)
    @Column(nullable = false, updatable = false, columnDefinition = "text[]")
    private String[] scopes;

    @JdbcTypeCode(SqlTypes.ARRAY)
    @Column(name = "allowed_addresses", nullable = false, columnDefinition = "text[]")
    private String[] allowedAddresses;

    @Embedded
    private @Nullable KeyLimits limits;

    @Column(updatable = false)
    private @Nullable UUID replaces;

    @Column(name = "created_by", nullable = false, updatable = false)
    private UUID createdBy;

    @Column(name = "created_at", nullable = false, updatable = false)
    private Instant createdAt;

    @Column(name = "expires_at")
    private @Nullable Instant expiresAt;

    @Column(name = "revoked_at")
    private @Nullable Instant revokedAt;

    @Column(name = "last_used_at", insertable = false, updatable = false)
    private @Nullable Instant lastUsedAt;

    @Column(name = "use_count", insertable = false, updatable = false)
    private long useCount;

    protected ApiKey() {}

    /** @param token its value; null for a key of a workload, which has none */
    ApiKey(ApiKeyGrant grant, @Nullable ApiKeyToken token, UUID createdBy, Instant createdAt) {
        userId = grant.userId();
        serviceAccountId = grant.serviceAccountId();
        name = grant.name();
        if (token != null) {
            prefix = token.prefix();
            tokenHash = token.hash();
        }
        Workload workload = grant.workload();
        if (workload != null) {
            workloadIssuer = workload.issuer();
            workloadSubject = workload.subject();
            workloadAudience = workload.audience();
        }
        scopes = grant.scopes().toArray(String[]::new);
        allowedAddresses = grant.allowedAddresses().toArray(String[]::new);
        limits = grant.limits();
        replaces = grant.replaces();
        expiresAt = grant.expiresAt();
        this.createdBy = createdBy;
        this.createdAt = createdAt;
    }

    /** What a successor of this key allows. */
    ApiKeyGrant successor(List<UUID> bindings, @Nullable Instant end) {
        return new ApiKeyGrant(
                userId,
                serviceAccountId,
                name,
                scopes(),
                bindings,
                List.of(allowedAddresses),
                limits(),
                null,
                end,
                id());
    }

    boolean isLive(Instant now) {
        return revokedAt == null && (expiresAt == null || expiresAt.isAfter(now));
    }

    /** Makes it a key of a service account, whose rights it has from now on. */
    void handOver(UUID heir) {
        userId = null;
        serviceAccountId = heir;
    }

    /** Whose token stands for it; null for a key with a value of its own. */
    @Nullable
    Workload workload() {
        return workloadIssuer == null || workloadSubject == null || workloadAudience == null
                ? null
                : new Workload(workloadIssuer, workloadSubject, workloadAudience);
    }

    /** Whether it belongs to a person, who alone may have its value. */
    boolean isPersonal() {
        return userId != null;
    }

    /** Ends the key then, unless it ends before. */
    void endBy(Instant end) {
        if (expiresAt == null || end.isBefore(expiresAt)) {
            expiresAt = end;
        }
    }

    /** Revocation is final; false when it had been revoked before. */
    boolean revoke(Instant now) {
        if (revokedAt != null) {
            return false;
        }
        revokedAt = now;
        return true;
    }

    /** Whether that is another name. */
    boolean rename(String newName) {
        boolean another = !name.equals(newName);
        name = newName;
        return another;
    }

    /** Whether those are other blocks. */
    boolean allowOnly(List<String> blocks) {
        String[] wanted = blocks.toArray(String[]::new);
        boolean other = !Arrays.equals(wanted, allowedAddresses);
        allowedAddresses = wanted;
        return other;
    }

    @Nullable
    String prefix() {
        return prefix;
    }

    UUID principal() {
        return userId != null ? userId : Objects.requireNonNull(serviceAccountId);
    }

    List<String> scopes() {
        return List.of(scopes);
    }

    @Nullable
    Instant expiresAt() {
        return expiresAt;
    }

    /** Hibernate makes nothing of three nulls. */
    KeyLimits limits() {
        return limits == null ? KeyLimits.NONE : limits;
    }

    ApiKeyView view(List<UUID> bindings) {
        return new ApiKeyView(
                id(),
                name,
                prefix,
                scopes(),
                bindings,
                List.of(allowedAddresses),
                limits(),
                workload(),
                replaces,
                userId,
                serviceAccountId,
                createdBy,
                createdAt,
                expiresAt,
                revokedAt,
                lastUsedAt,
                useCount);
    }
}
