package ai.celune.identity;

import ai.celune.audit.AuditLog;
import ai.celune.crypto.Secret;
import ai.celune.crypto.WorkspaceKeys;
import ai.celune.identity.IdentityLookups.KnownInvitation;
import ai.celune.ratelimit.RateLimiter;
import ai.celune.security.Actor;
import ai.celune.security.CurrentRequest;
import ai.celune.tenancy.Ids;
import ai.celune.tenancy.Scope;
import ai.celune.web.Problem;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** How accounts come to be, and how all that rests on one ends. */
@ApplicationScoped
public class Accounts {
    private final EntityManager entities;
    private final IdentityLookups lookups;
    private final Passwords passwords;
    private final LocalAccounts local;
    private final AccessCodes codes;
    private final Sessions sessions;
    private final MailedCodes mail;
    private final RateLimiter limits;
    private final AuditLog audit;
    private final CurrentRequest request;
    private final WorkspaceKeys workspaceKeys;
    private final Scope scope;
    private final Event<WorkspaceFounded> founded;
    private final Event<InvitationAccepted> accepted;
    private final Clock clock;

    Accounts(
            EntityManager entities,
            IdentityLookups lookups,
            Passwords passwords,
            LocalAccounts local,
            AccessCodes codes,
            Sessions sessions,
            MailedCodes mail,
            RateLimiter limits,
            AuditLog audit,
            CurrentRequest request,
            WorkspaceKeys workspaceKeys,
            Scope scope,
            Event<WorkspaceFounded> founded,
            Event<InvitationAccepted> accepted,
            Clock clock) {
        this.entities = entities;
        this.lookups = lookups;
        this.passwords = passwords;
        this.local = local;
        this.codes = codes;
        this.sessions = sessions;
        this.mail = mail;
        this.limits = limits;
        this.audit = audit;
        this.request = request;
        this.workspaceKeys = workspaceKeys;
        this.scope = scope;
        this.founded = founded;
        this.accepted = accepted;
        this.clock = clock;
    }

    Tokens signUp(SignUp wanted) {
        String email = EmailAddress.normalize(wanted.email());
        limits.takeForAccount(email);
        String hash = hash(wanted.password());
        UUID userId = Ids.next();
        Tokens tokens = workspaceKeys.taking(workspaceId -> scope.asJoining(userId, workspaceId, () -> {
            AccessCodes.Used code = codes.use(wanted.accessCode(), userId, workspaceId);
            local.requireFor(code);
            create(userId, email, hash, code.bootstrap());
            recordSignUp(userId, email, code.bootstrap());
            founded.fire(
                    new WorkspaceFounded(workspaceId, wanted.workspaceName().strip(), userId));
            return sessions.open(userId, workspaceId, "sign_up");
        }));
        mail.welcome(email);
        return tokens;
    }

    private void create(UUID userId, String email, String hash, boolean operator) {
        int created = entities.createNativeQuery(
                        "insert into account (id, email, password_hash, platform_operator, epoch, created_at,"
                                + " version) values (:id, :email, :hash, :operator, 0, :now, 0) on conflict (email) where password_hash is not null do nothing")
                .setParameter("id", userId)
                .setParameter("email", email)
                .setParameter("hash", hash)
                .setParameter("operator", operator)
                .setParameter("now", clock.instant())
                .executeUpdate();
        if (created == 0) {
            throw new Problem(IdentityErrors.EMAIL_TAKEN);
        }
    }

    /**
     * An account that a provider's person signs in to.
     *
     * @param email for display; no other account is found or refused by it
     */
    @Transactional(Transactional.TxType.MANDATORY)
    void createWithoutPassword(UUID userId, @Nullable String email) {
        entities.persist(new Account(userId, email, null, false, clock.instant()));
        entities.flush();
        recordSignUp(userId, email, false);
    }

    private void recordSignUp(UUID userId, @Nullable String email, boolean operator) {
        audit.recordAs(Actor.Ref.user(userId), null, new IdentityEvents.SignedUp(userId, operator, email));
    }

    Tokens acceptInvitation(AcceptInvitation wanted) {
        Actor actor = request.actor();
        KnownInvitation invitation = openInvitation(wanted.code());
        limits.takeForAccount(invitation.email());
        if (actor == null) {
            Tokens tokens = join(invitation, newcomer(wanted, invitation));
            mail.welcome(invitation.email());
            return tokens;
        }
        return join(invitation, new Joining(People.requireSession(actor).user(), null));
    }

    /** What a code invites to; refused when it is wrong, used or expired. */
    KnownInvitation openInvitation(String code) {
        return lookups.invitation(Codes.digest(code))
                .filter(known -> !known.accepted() && known.expiresAt().isAfter(clock.instant()))
                .orElseThrow(() -> Codes.refused("invitation"));
    }

    /** @param passwordHash of a new account; null for one that exists */
    private record Joining(UUID userId, @Nullable String passwordHash) {
        @Override
        public String toString() {
            return "Joining[…]";
        }
    }

    private Joining newcomer(AcceptInvitation wanted, KnownInvitation invitation) {
        local.require();
        if (wanted.email() == null) {
            throw Problem.invalid("/email", "not_null", "is needed without a session");
        }
        if (wanted.password() == null) {
            throw Problem.invalid("/password", "not_null", "is needed without a session");
        }
        if (!EmailAddress.normalize(wanted.email()).equals(invitation.email())) {
            throw Codes.refused("invitation");
        }
        return new Joining(Ids.next(), hash(wanted.password()));
    }

    private Tokens join(KnownInvitation invitation, Joining joining) {
        return scope.asJoining(joining.userId(), invitation.workspaceId(), () -> {
            if (joining.passwordHash() != null) {
                create(joining.userId(), invitation.email(), joining.passwordHash(), false);
                recordSignUp(joining.userId(), invitation.email(), false);
            } else if (!invitation
                    .email()
                    .equals(entities.find(Account.class, joining.userId()).email())) {
                throw Codes.refused("invitation");
            }
            sessions.endEarlier(joining.userId(), invitation.workspaceId());
            accepted.fire(new InvitationAccepted(invitation.id(), joining.userId()));
            return joining.passwordHash() == null
                    ? sessions.openFor(request.requireActor(), invitation.workspaceId(), "invitation")
                    : sessions.open(joining.userId(), invitation.workspaceId(), "invitation");
        });
    }

    /** Sets a new password; whatever let somebody in by the old one, or past it, ends. */
    @Transactional(Transactional.TxType.MANDATORY)
    UUID replacePassword(UUID userId, String hash, String reason) {
        entities.createNativeQuery("update reset_code set used_at = :now where user_id = :user and used_at is null")
                .setParameter("now", clock.instant())
                .setParameter("user", userId)
                .executeUpdate();
        Account account = entities.find(Account.class, userId);
        account.replacePassword(hash);
        sessions.endAll(account, reason);
        return userId;
    }

    @Transactional
    void signOutEverywhere(UUID userId) {
        sessions.endAll(entities.find(Account.class, userId), "signed_out_everywhere");
    }

    String hash(Secret password) {
        try (password) {
            return passwords.hash(password);
        }
    }
}
