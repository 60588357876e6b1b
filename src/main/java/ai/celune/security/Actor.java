package ai.celune.security;

import java.security.Principal;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who a request speaks for. Made by an authentication mechanism from one read of the database, never from what the client says.
 *
 * @param principal person or service account
 * @param credential the API key or session that was presented
 * @param expiresAt when the credential ends by itself; null for never
 * @param userId the person behind it; null for a service account
 * @param workspaceId the one workspace of the request; null for a session without one
 * @param role role of the principal in the workspace; null without one
 * @param scopes what the credential allows at most, nothing for a person who has to prove the mailbox first; null when it has no limit of its own
 * @param permissions effective rights: role ∩ scopes (R23), filled in after authentication; before, what the role allows if the workspace
 *     defines it itself
 * @param platformOperator may act under {@code /v1/platform}; never true for API keys
 * @param bindings provider keys and Slack connections that an API key may use; null for sessions, which may use all
 * @param brokerPerMinute the workspace's limit of broker calls; null for the default
 * @param limits numbers per minute below those of the credential's kind, by the name of the limit's class
 * @param provedAt when the person last proved who they are; null for credentials that cannot
 */
public record Actor(
        Ref principal,
        Ref credential,
        @Nullable Instant expiresAt,
        @Nullable UUID userId,
        @Nullable UUID workspaceId,
        @Nullable String role,
        @Nullable Set<String> scopes,
        Set<String> permissions,
        boolean platformOperator,
        @Nullable Set<UUID> bindings,
        @Nullable Integer brokerPerMinute,
        Map<String, Integer> limits,
        @Nullable Instant provedAt)
        implements Principal {

    /** A typed id, as audit entries show it. */
    public record Ref(String type, UUID id) {
        public static Ref user(UUID id) {
            return new Ref("user", id);
        }

        public static Ref serviceAccount(UUID id) {
            return new Ref("service_account", id);
        }

        /** Whoever is named: a person, or else a service account. */
        public static Ref principal(@Nullable UUID userId, @Nullable UUID serviceAccountId) {
            return userId == null ? serviceAccount(Objects.requireNonNull(serviceAccountId)) : user(userId);
        }

        public static Ref session(UUID id) {
            return new Ref("session", id);
        }

        public static Ref apiKey(UUID id) {
            return new Ref("api_key", id);
        }
    }

    public Actor {
        permissions = Set.copyOf(permissions);
        scopes = scopes == null ? null : Set.copyOf(scopes);
        bindings = bindings == null ? null : Set.copyOf(bindings);
        limits = Map.copyOf(limits);
    }

    @Override
    public String getName() {
        return principal.id().toString();
    }

    /** The workspace of the request, for operations that the permission check already confined to one. */
    public UUID workspace() {
        if (workspaceId == null) {
            throw new IllegalStateException("this operation needs a workspace");
        }
        return workspaceId;
    }

    /** The person of the request, for operations that only sessions may call. */
    public UUID user() {
        if (userId == null) {
            throw new IllegalStateException("this operation needs a person");
        }
        return userId;
    }

    public boolean may(String permission) {
        return permissions.contains(permission);
    }

    public boolean isSession() {
        return credential.type().equals("session");
    }

    /** The same actor with the effective permissions of its role. */
    public Actor with(Set<String> effective) {
        return new Actor(
                principal,
                credential,
                expiresAt,
                userId,
                workspaceId,
                role,
                scopes,
                effective,
                platformOperator,
                bindings,
                brokerPerMinute,
                limits,
                provedAt);
    }
}
