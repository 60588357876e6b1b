package ai.celune.identity;

import ai.celune.audit.AuditEvent;
import ai.celune.audit.AuditLog;
import ai.celune.audit.AuditQueue;
import ai.celune.audit.Origin;
import ai.celune.crypto.Sealer;
import ai.celune.crypto.Secret;
import ai.celune.identity.IdentityLookups.KnownAccount;
import ai.celune.identity.IdentityLookups.KnownInvitation;
import ai.celune.ratelimit.RateLimiter;
import ai.celune.security.Actor;
import ai.celune.security.CurrentRequest;
import ai.celune.tenancy.Ids;
import ai.celune.tenancy.Scope;
import ai.celune.tenancy.Transactions;
import ai.celune.web.ErrorCode;
import ai.celune.web.Problem;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Sign-up, sign-in and what else proves or changes an identity. */
@ApplicationScoped
public class Accounts {
    private final EntityManager entities;
    private final IdentityLookups lookups;
    private final Passwords passwords;
    private final Attempts attempts;
    private final AccessCodes codes;
    private final Sessions sessions;
    private final RateLimiter limits;
    private final AuditLog audit;
    private final AuditQueue refused;
    private final CurrentRequest request;
    private final Sealer sealer;
    private final Scope scope;
    private final Transactions transactions;
    private final Event<WorkspaceFounded> founded;
    private final Event<InvitationAccepted> accepted;
    private final Clock clock;

    Accounts(
            EntityManager entities,
            IdentityLookups lookups,
            Passwords passwords,
            Attempts attempts,
            AccessCodes codes,
            Sessions sessions,
            RateLimiter limits,
            AuditLog audit,
            AuditQueue refused,
            CurrentRequest request,
            Sealer sealer,
            Scope scope,
            Transactions transactions,
            Event<WorkspaceFounded> founded,
            Event<InvitationAccepted> accepted,
            Clock clock) {
        this.entities = entities;
        this.lookups = lookups;
        this.passwords = passwords;
        this.attempts = attempts;
        this.codes = codes;
        this.sessions = sessions;
        this.limits = limits;
        this.audit = audit;
        this.refused = refused;
        this.request = request;
        this.sealer = sealer;
        this.scope = scope;
        this.transactions = transactions;
        this.founded = founded;
        this.accepted = accepted;
        this.clock = clock;
    }

    Tokens signUp(SignUp wanted) {
        String email = Account.normalize(wanted.email());
        limits.takeForAccount(email);
        String hash = hash(wanted.password());
        UUID userId = Ids.next();
        UUID workspaceId = Ids.next();
        return scope.asJoining(userId, workspaceId, () -> {
            AccessCodes.Used code = codes.use(wanted.accessCode(), userId, workspaceId);
            sealer.createKey(workspaceId);
            create(userId, email, hash, code.bootstrap());
            founded.fire(
                    new WorkspaceFounded(workspaceId, wanted.workspaceName().strip(), userId));
            return sessions.open(userId, workspaceId, "sign_up");
        });
    }

    private void create(UUID userId, String email, String hash, boolean operator) {
        int created = entities.createNativeQuery(
                        "insert into account (id, email, password_hash, platform_operator, epoch, created_at,"
                                + " version) values (:id, :email, :hash, :operator, 0, :now, 0) on conflict (email) do nothing")
                .setParameter("id", userId)
                .setParameter("email", email)
                .setParameter("hash", hash)
                .setParameter("operator", operator)
                .setParameter("now", clock.instant())
                .executeUpdate();
        if (created == 0) {
            throw new Problem(IdentityErrors.EMAIL_TAKEN);
        }
        audit.recordAs(Actor.Ref.user(userId), null, new IdentityEvents.SignedUp(userId, operator, email));
    }

    Tokens signIn(SignIn proof) {
        String email = Account.normalize(proof.email());
        limits.takeForAccount(email);
        int failures = attempts.reserve(email);
        Optional<KnownAccount> known = lookups.account(email);
        try (Secret password = proof.password()) {
            if (!passwords.verify(
                    password, known.map(KnownAccount::passwordHash).orElse(null))) {
                throw refuse(email, known, failures, "wrong_password");
            }
            KnownAccount account = known.orElseThrow();
            attempts.clear(email);
            UUID workspaceId =
                    account.workspaces().isEmpty() ? null : account.workspaces().getFirst();
            Optional<String> better = passwords.outdated(account.passwordHash())
                    ? Optional.of(passwords.hash(password))
                    : Optional.empty();
            return scope.asUser(account.id(), workspaceId, () -> {
                Account locked = entities.find(Account.class, account.id(), LockModeType.PESSIMISTIC_READ);
                if (locked.epoch() != account.epoch()) {
                    // The password was changed while this one was hashed.
                    throw new Problem(ErrorCode.UNAUTHENTICATED);
                }
                better.ifPresent(locked::rehash);
                return sessions.open(account.id(), workspaceId, "password");
            });
        }
    }

    /** The event goes to the operator log and to each workspace of a known account; the answer is the same for everyone. */
    private Problem refuse(String email, Optional<KnownAccount> known, int failures, String reason) {
        UUID userId = known.map(KnownAccount::id).orElse(null);
        List<AuditEvent> events = new ArrayList<>();
        events.add(new IdentityEvents.SessionRefused(userId, known.isPresent() ? reason : "unknown_account", email));
        if (failures >= Attempts.LOCKED_AFTER) {
            events.add(new IdentityEvents.Locked(userId, failures, email));
        }
        List<UUID> logs = new ArrayList<>(known.map(KnownAccount::workspaces).orElse(List.of()));
        logs.add(Scope.NOBODY);
        Origin origin = new Origin(userId == null ? null : Actor.Ref.user(userId), null, request.facts());
        for (UUID log : logs) {
            events.forEach(event -> refused.append(log, origin, event).join());
        }
        return new Problem(ErrorCode.UNAUTHENTICATED);
    }

    Tokens refresh(Refresh wanted) {
        byte[] token = Sessions.parse(wanted.refreshToken()).orElseThrow(() -> new Problem(ErrorCode.UNAUTHENTICATED));
        var known = sessions.find(token).orElseThrow(() -> new Problem(ErrorCode.UNAUTHENTICATED));
        limits.takeForFamily(known.sessionId());
        return sessions.refresh(known, token);
    }

    Tokens acceptInvitation(AcceptInvitation wanted) {
        Actor actor = request.actor();
        KnownInvitation invitation = lookups.invitation(Codes.digest(wanted.code()))
                .filter(known -> !known.accepted() && known.expiresAt().isAfter(clock.instant()))
                .orElseThrow(() -> new Problem(IdentityErrors.INVITATION_INVALID));
        limits.takeForAccount(invitation.email());
        if (actor == null) {
            return join(invitation, newcomer(wanted, invitation));
        }
        return join(invitation, new Joining(People.requireSession(actor).user(), null));
    }

    /** @param passwordHash of a new account; null for one that exists */
    private record Joining(UUID userId, @Nullable String passwordHash) {
        @Override
        public String toString() {
            return "Joining[…]";
        }
    }

    private Joining newcomer(AcceptInvitation wanted, KnownInvitation invitation) {
        if (wanted.email() == null) {
            throw Problem.invalid("/email", "not_null", "is needed without a session");
        }
        if (wanted.password() == null) {
            throw Problem.invalid("/password", "not_null", "is needed without a session");
        }
        if (!Account.normalize(wanted.email()).equals(invitation.email())) {
            throw new Problem(IdentityErrors.INVITATION_INVALID);
        }
        return new Joining(Ids.next(), hash(wanted.password()));
    }

    private Tokens join(KnownInvitation invitation, Joining joining) {
        return scope.asJoining(joining.userId(), invitation.workspaceId(), () -> {
            if (joining.passwordHash() != null) {
                create(joining.userId(), invitation.email(), joining.passwordHash(), false);
            } else if (!entities.find(Account.class, joining.userId()).email().equals(invitation.email())) {
                throw new Problem(IdentityErrors.INVITATION_INVALID);
            }
            accepted.fire(new InvitationAccepted(invitation.id(), joining.userId()));
            return sessions.open(joining.userId(), invitation.workspaceId(), "invitation");
        });
    }

    /** The attempt commits on its own before anything is hashed, so that a refusal does not take it back. */
    void changePassword(UUID userId, ChangePassword wanted) {
        String email =
                transactions.inNew(() -> entities.find(Account.class, userId).email());
        int failures = attempts.reserve(email);
        Optional<KnownAccount> known = lookups.account(email);
        try (Secret current = wanted.currentPassword()) {
            if (!passwords.verify(current, known.map(KnownAccount::passwordHash).orElse(null))) {
                throw refuse(email, known, failures, "wrong_password");
            }
        }
        attempts.clear(email);
        String hash = hash(wanted.newPassword());
        transactions.inNew(() -> {
            Account account = entities.find(Account.class, userId);
            account.replacePassword(hash);
            audit.record(new IdentityEvents.PasswordChanged(userId));
            sessions.endAll(account, "password_changed");
            return account.id();
        });
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
