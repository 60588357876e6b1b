package ai.celune.security;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A credential that we know and that no longer counts. The client sees the same 401 as for an unknown one; the audit log says which and
 * why.
 */
public final class RefusedCredential extends SecurityException {
    private static final long serialVersionUID = 1L;

    private final transient Actor.Ref credential;
    private final transient Actor.Ref principal;
    private final transient @Nullable UUID workspaceId;
    private final String reason;

    /** @param reason {@code revoked}, {@code expired}, {@code ended}, {@code idle}, {@code member_removed} or {@code address_not_allowed} */
    public RefusedCredential(Actor.Ref credential, Actor.Ref principal, @Nullable UUID workspaceId, String reason) {
        super(reason);
        this.credential = credential;
        this.principal = principal;
        this.workspaceId = workspaceId;
        this.reason = reason;
    }

    public Actor.Ref credential() {
        return credential;
    }

    public Actor.Ref principal() {
        return principal;
    }

    public @Nullable UUID workspaceId() {
        return workspaceId;
    }

    public String reason() {
        return reason;
    }
}
