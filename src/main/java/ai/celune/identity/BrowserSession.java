package ai.celune.identity;

import ai.celune.crypto.Digest;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a session has in addition when a browser holds it by the cookie, which is 32 random bytes in URL-safe base64 (R16). */
@Entity
@Table(name = "browser_session")
class BrowserSession {
    private static final int DIGITS = 43;

    @Id
    @Column(name = "session_id")
    private UUID sessionId;

    @Column(name = "user_id", nullable = false, updatable = false)
    private UUID userId;

    @Column(name = "cookie_hash", nullable = false, updatable = false)
    private byte[] cookieHash;

    @Column(name = "seen_at", nullable = false)
    private Instant seenAt;

    @Column(nullable = false, updatable = false)
    private String provider;

    @Column(name = "provider_subject", nullable = false, updatable = false)
    private String providerSubject;

    @Column(name = "provider_session", updatable = false)
    private @Nullable String providerSession;

    @Column(name = "login_id", nullable = false, updatable = false)
    private UUID loginId;

    @Column(name = "tokens_version", nullable = false)
    private int tokensVersion;

    @Column(name = "sealed_tokens")
    private byte @Nullable [] sealedTokens;

    @Column(name = "checked_at", nullable = false)
    private Instant checkedAt;

    protected BrowserSession() {}

    BrowserSession(
            Session session,
            byte[] cookie,
            String provider,
            String providerSubject,
            @Nullable String providerSession,
            UUID loginId,
            Instant now) {
        this.sessionId = session.id();
        this.userId = session.userId();
        this.cookieHash = hash(cookie);
        this.seenAt = now;
        this.provider = provider;
        this.providerSubject = providerSubject;
        this.providerSession = providerSession;
        this.loginId = loginId;
        this.checkedAt = now;
    }

    /** The same login under another session of the person; the tokens go along. */
    BrowserSession movedTo(Session successor, byte[] cookie, Instant now) {
        BrowserSession moved =
                new BrowserSession(successor, cookie, provider, providerSubject, providerSession, loginId, now);
        moved.tokensVersion = tokensVersion;
        moved.sealedTokens = sealedTokens;
        moved.checkedAt = checkedAt;
        forgetTokens();
        return moved;
    }

    static String text(byte[] cookie) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(cookie);
    }

    /** What is looked up; empty for anything that we cannot have set. */
    static java.util.Optional<byte[]> hashOf(String text) {
        if (text.length() != DIGITS) {
            return java.util.Optional.empty();
        }
        try {
            byte[] cookie = Base64.getUrlDecoder().decode(text);
            // The decoder ignores the unused bits of the last digit; a cookie has one spelling.
            return text(cookie).equals(text) ? java.util.Optional.of(hash(cookie)) : java.util.Optional.empty();
        } catch (IllegalArgumentException _) {
            return java.util.Optional.empty();
        }
    }

    private static byte[] hash(byte[] cookie) {
        return Digest.sha256("cookie:".getBytes(StandardCharsets.UTF_8), cookie);
    }

    String provider() {
        return provider;
    }

    UUID loginId() {
        return loginId;
    }

    /** Counts what has been sealed for the login: an older one does not open in its place. */
    int tokensVersion() {
        return tokensVersion;
    }

    byte @Nullable [] sealedTokens() {
        return sealedTokens;
    }

    void keepTokens(byte[] sealed) {
        tokensVersion++;
        sealedTokens = sealed;
    }

    void forgetTokens() {
        sealedTokens = null;
    }
}
