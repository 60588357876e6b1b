package ai.celune.identity;

import ai.celune.tenancy.Ids;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A person who can sign in. Belongs to no workspace: memberships do. */
@Entity
@Table(name = "account")
public class Account {
    @Id
    private UUID id = Ids.next();

    @Column(updatable = false)
    private @Nullable String email;

    /** Null for a person who signs in at a provider alone. */
    @Column(name = "password_hash")
    private @Nullable String passwordHash;

    @Column(name = "platform_operator", nullable = false, updatable = false)
    private boolean platformOperator;

    @Column(nullable = false)
    private int epoch;

    @Column(name = "created_at", nullable = false, updatable = false)
    private Instant createdAt;

    @Column(name = "email_verified_at")
    private @Nullable Instant emailVerifiedAt;

    @Version
    private int version;

    protected Account() {}

    Account(UUID id, @Nullable String email, @Nullable String passwordHash, boolean platformOperator, Instant now) {
        this.id = id;
        this.email = email;
        this.passwordHash = passwordHash;
        this.platformOperator = platformOperator;
        this.createdAt = now;
    }

    public UUID id() {
        return id;
    }

    public @Nullable String email() {
        return email;
    }

    boolean emailVerified() {
        return emailVerifiedAt != null;
    }

    /** False when it was proved before. */
    boolean verifyEmail(Instant now) {
        if (emailVerifiedAt != null) {
            return false;
        }
        emailVerifiedAt = now;
        return true;
    }

    int epoch() {
        return epoch;
    }

    boolean hasPassword() {
        return passwordHash != null;
    }

    /** Ends every session at its next request. */
    void endSessions() {
        epoch++;
    }

    void replacePassword(String hash) {
        passwordHash = hash;
        endSessions();
    }

    void rehash(String hash) {
        passwordHash = hash;
    }
}
