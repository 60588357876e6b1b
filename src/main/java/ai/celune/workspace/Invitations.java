package ai.celune.workspace;

import ai.celune.audit.AuditLog;
import ai.celune.identity.Codes;
import ai.celune.identity.EmailAddress;
import ai.celune.identity.IdentityConfig;
import ai.celune.identity.InvitationAccepted;
import ai.celune.security.Actor;
import ai.celune.security.CurrentRequest;
import ai.celune.web.NotFound;
import ai.celune.web.Problem;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;

/** Offers to join a workspace. */
@ApplicationScoped
@Transactional
class Invitations implements PanacheRepositoryBase<Invitation, UUID> {
    private final Members members;
    private final Grants grants;
    private final AuditLog audit;
    private final CurrentRequest request;
    private final IdentityConfig config;
    private final SecureRandom random;
    private final Clock clock;

    Invitations(
            Members members,
            Grants grants,
            AuditLog audit,
            CurrentRequest request,
            IdentityConfig config,
            SecureRandom random,
            Clock clock) {
        this.members = members;
        this.grants = grants;
        this.audit = audit;
        this.request = request;
        this.config = config;
        this.random = random;
        this.clock = clock;
    }

    InvitationView invite(InviteMember wanted) {
        grants.requireHeld(wanted.role());
        grants.requireRoom();
        Instant now = clock.instant();
        Instant end = now.plus(config.codes());
        String code = Codes.next(random);
        String email = EmailAddress.normalize(wanted.email());
        Invitation invitation = new Invitation(
                email,
                wanted.role(),
                Codes.digest(code),
                request.requireActor().principal().id(),
                now,
                end);
        persist(invitation);
        audit.record(new WorkspaceEvents.Invited(invitation.id(), wanted.role(), end, email));
        return new InvitationView(invitation.id(), code, end);
    }

    /** Makes the member, in the transaction that proved who accepts. */
    void onAccepted(@Observes InvitationAccepted accepted) {
        Invitation invitation = findByIdOptional(accepted.invitationId(), LockModeType.PESSIMISTIC_WRITE)
                .orElseThrow(NotFound::new);
        Instant now = clock.instant();
        if (!invitation.accept(now)) {
            throw Codes.refused("invitation");
        }
        if (members.count("userId", accepted.userId()) > 0) {
            throw new Problem(WorkspaceErrors.ALREADY_MEMBER);
        }
        members.persist(new Membership(accepted.userId(), invitation.role(), now));
        members.flush();
        audit.recordAs(
                Actor.Ref.user(accepted.userId()),
                null,
                new WorkspaceEvents.Joined(accepted.userId(), invitation.role(), invitation.id()));
    }
}
