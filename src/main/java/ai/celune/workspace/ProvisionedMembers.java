package ai.celune.workspace;

import ai.celune.audit.AuditLog;
import ai.celune.identity.MemberProvisioned;
import ai.celune.security.Actor;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.transaction.Transactional;
import java.time.Clock;

/** Members whom an identity provider's claims let in. */
@ApplicationScoped
class ProvisionedMembers {
    private final Members members;
    private final Grants grants;
    private final AuditLog audit;
    private final Clock clock;

    ProvisionedMembers(Members members, Grants grants, AuditLog audit, Clock clock) {
        this.members = members;
        this.grants = grants;
        this.audit = audit;
        this.clock = clock;
    }

    @Transactional
    void onProvisioned(@Observes MemberProvisioned provisioned) {
        if (!RoleMatrix.roles().contains(provisioned.role())
                || members.getEntityManager().find(Workspace.class, provisioned.workspaceId()) == null) {
            throw new IllegalStateException(
                    "celune.oidc." + provisioned.provider() + " names a role or workspace that is not there");
        }
        grants.requireRoom();
        members.persist(new Membership(provisioned.userId(), provisioned.role(), clock.instant()));
        members.flush();
        audit.recordAs(
                Actor.Ref.user(provisioned.userId()),
                null,
                new WorkspaceEvents.Provisioned(provisioned.userId(), provisioned.role(), provisioned.provider()));
    }
}
