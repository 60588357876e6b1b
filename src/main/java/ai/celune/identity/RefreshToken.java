package ai.celune.identity;

import ai.celune.crypto.Digest;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.annotations.Immutable;

/** The digest of a refresh token that a session has had. The token itself is {@code clr_} and 32 bytes in URL-safe base64. */
@Entity
@Immutable
@Table(name = "refresh_token")
class RefreshToken {
    private static final String PREFIX = "clr_";
    private static final int DIGITS = 43;

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

    RefreshToken(byte[] token, UUID sessionId, UUID userId, int generation) {
        this.tokenHash = hash(token);
        this.sessionId = sessionId;
        this.userId = userId;
        this.generation = generation;
    }

    /** What is stored and looked up. */
    static byte[] hash(byte[] token) {
        return Digest.sha256("refresh:".getBytes(StandardCharsets.UTF_8), token);
    }

    static String text(byte[] token) {
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    }

    /** The bytes of a refresh token; empty for anything that we cannot have issued. */
    static Optional<byte[]> parse(String text) {
        if (text.length() != PREFIX.length() + DIGITS || !text.startsWith(PREFIX)) {
            return Optional.empty();
        }
        try {
            byte[] token = Base64.getUrlDecoder().decode(text.substring(PREFIX.length()));
            // The decoder ignores the unused bits of the last digit; a token has one spelling.
            return Optional.of(token).filter(bytes -> text(bytes).equals(text));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
