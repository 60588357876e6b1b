package ai.celune.apikey;

import ai.celune.tenancy.WorkspaceOwned;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/** A key of a person or a service account, known by its digest only (R25). */
@Entity
@Table(name = "api_key")
class ApiKey extends WorkspaceOwned {
    @Column(name = "user_id", updatable = false)
    private @Nullable UUID userId;

    @Column(name = "service_account_id", updatable = false)
    private @Nullable UUID serviceAccountId;

    @Column(nullable = false)
    private String name;

    @Column(nullable = false, updatable = false)
    private String prefix;

    @Column(name = "token_hash", nullable = false, updatable = false)
    private byte[] tokenHash;

    @JdbcTypeCode(SqlTypes.ARRAY)
    @Column(nullable = false, updatable = false, columnDefinition = "text[]")
    private String[] scopes;

    @Column(name = "created_by", nullable = false, updatable = false)
    private UUID createdBy;

    @Column(name = "created_at", nullable = false, updatable = false)
    private Instant createdAt;

    @Column(name = "expires_at", updatable = false)
    private @Nullable Instant expiresAt;

    @Column(name = "revoked_at")
    private @Nullable Instant revokedAt;

    @Column(name = "last_used_at", insertable = false, updatable = false)
    private @Nullable Instant lastUsedAt;

    @Column(name = "use_count", insertable = false, updatable = false)
    private long useCount;

    protected ApiKey() {}

    ApiKey(
            @Nullable UUID userId,
            @Nullable UUID serviceAccountId,
            String name,
            ApiKeyToken token,
            List<String> scopes,
            UUID createdBy,
            Instant createdAt,
            @Nullable Instant expiresAt) {
        this.userId = userId;
        this.serviceAccountId = serviceAccountId;
        this.name = name;
        this.prefix = token.prefix();
        this.tokenHash = token.hash();
        this.scopes = scopes.toArray(String[]::new);
        this.createdBy = createdBy;
        this.createdAt = createdAt;
        this.expiresAt = expiresAt;
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

    String prefix() {
        return prefix;
    }

    UUID principal() {
        return userId != null ? userId : java.util.Objects.requireNonNull(serviceAccountId);
    }

    List<String> scopes() {
        return List.of(scopes);
    }

    @Nullable
    Instant expiresAt() {
        return expiresAt;
    }

    ApiKeyView view(List<UUID> bindings) {
        return new ApiKeyView(
                id(),
                name,
                prefix,
                scopes(),
                bindings,
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
