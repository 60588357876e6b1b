package ai.celune.identity;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.UUID;
import org.hibernate.annotations.Immutable;

/** The digest of a refresh token that a session has had. */
@Entity
@Immutable
@Table(name = "refresh_token")
class RefreshToken {
    @Id
    @Column(name = "token_hash")
    private byte[] tokenHash;

    @Column(name = "session_id", nullable = false)
    private UUID sessionId;

    @Column(name = "user_id", nullable = false)
    private UUID userId;

    @Column(nullable = false)
    private int generation;

    protected RefreshToken() {}

    RefreshToken(byte[] tokenHash, UUID sessionId, UUID userId, int generation) {
        this.tokenHash = tokenHash.clone();
        this.sessionId = sessionId;
        this.userId = userId;
        this.generation = generation;
    }
}
