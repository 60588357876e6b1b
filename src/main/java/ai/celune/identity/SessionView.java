package ai.celune.identity;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A session as its person sees it.
 *
 * @param method how it began: {@code password}, {@code sign_up}, {@code oidc:<provider>} …
 * @param device what the client said of itself when it began (its User-Agent); null when it said nothing
 * @param network where it began: the /24 of an IPv4 and the /48 of an IPv6 address
 * @param lastSeenAt to the minute for browsers; for tokens when they were refreshed last, which they are every few minutes
 * @param current whether this request was made with it
 */
record SessionView(
        UUID id,
        @Nullable UUID workspaceId,
        String method,
        @Nullable String device,
        @Nullable String network,
        Instant createdAt,
        Instant lastSeenAt,
        Instant expiresAt,
        boolean current) {}
