package ai.celune.identity;

import ai.celune.identity.IdentityLookups.KnownIdentity;
import ai.celune.identity.IdentityLookups.KnownInvitation;
import ai.celune.identity.oidc.ProviderSignIn;
import ai.celune.tenancy.Ids;
import ai.celune.tenancy.Scope;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Sign-in by an identity provider. Issuer and subject name a person, and nothing else does: an unknown one joins as somebody new, by an invitation or when
 * the claims give a role, whatever e-mail address they hold.
 */
@ApplicationScoped
class ProviderSignIns {
    private final IdentityLookups lookups;
    private final Accounts accounts;
    private final FederatedIdentities identities;
    private final Sessions sessions;
    private final Scope scope;
    private final Event<MemberProvisioned> provisioned;
    private final Event<InvitationAccepted> accepted;

    ProviderSignIns(
            IdentityLookups lookups,
            Accounts accounts,
            FederatedIdentities identities,
            Sessions sessions,
            Scope scope,
            Event<MemberProvisioned> provisioned,
            Event<InvitationAccepted> accepted) {
        this.lookups = lookups;
        this.accounts = accounts;
        this.identities = identities;
        this.sessions = sessions;
        this.scope = scope;
        this.provisioned = provisioned;
        this.accepted = accepted;
    }

    /** Opens a session in the browser of the current request. */
    void signIn(ProviderSignIn signIn, @Nullable String invitationCode) {
        Optional<KnownIdentity> known = lookups.identity(signIn.issuer(), signIn.subject());
        if (invitationCode != null) {
            accept(known, signIn, accounts.openInvitation(invitationCode));
        } else if (known.isPresent()) {
            again(known.get(), signIn);
        } else {
            joinByClaims(signIn);
        }
    }

    private void again(KnownIdentity known, ProviderSignIn signIn) {
        List<UUID> workspaces = known.workspaces();
        UUID workspaceId = signIn.workspace()
                .filter(workspaces::contains)
                .orElse(workspaces.isEmpty() ? null : workspaces.getFirst());
        scope.asUser(known.userId(), workspaceId, () -> {
            sessions.openInBrowser(known.userId(), workspaceId, signIn);
            return known;
        });
    }

    private void joinByClaims(ProviderSignIn signIn) {
        UUID workspaceId = signIn.workspace().orElseThrow(() -> signIn.refused("unknown_identity"));
        String role = signIn.role();
        UUID userId = Ids.next();
        scope.asJoining(userId, workspaceId, () -> {
            create(userId, signIn);
            provisioned.fire(new MemberProvisioned(
                    workspaceId, userId, role, signIn.provider().name()));
            sessions.openInBrowser(userId, workspaceId, signIn);
            return userId;
        });
    }

    private void accept(Optional<KnownIdentity> known, ProviderSignIn signIn, KnownInvitation invitation) {
        UUID userId = known.map(KnownIdentity::userId).orElseGet(Ids::next);
        scope.asJoining(userId, invitation.workspaceId(), () -> {
            if (known.isEmpty()) {
                create(userId, signIn);
            }
            sessions.endEarlier(userId, invitation.workspaceId());
            accepted.fire(new InvitationAccepted(invitation.id(), userId));
            sessions.openInBrowser(userId, invitation.workspaceId(), signIn);
            return userId;
        });
    }

    private void create(UUID userId, ProviderSignIn signIn) {
        accounts.createWithoutPassword(userId, signIn.email());
        identities.store(signIn.issuer(), signIn.subject(), userId);
    }
}
