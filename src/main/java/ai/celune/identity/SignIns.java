package ai.celune.identity;

import ai.celune.audit.AuditEvent;
import ai.celune.audit.AuditLog;
import ai.celune.crypto.Secret;
import ai.celune.identity.IdentityLookups.KnownAccount;
import ai.celune.ratelimit.RateLimiter;
import ai.celune.security.Actor;
import ai.celune.tenancy.Scope;
import ai.celune.tenancy.Transactions;
import ai.celune.web.ErrorCode;
import ai.celune.web.Problem;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** Proof by password or refresh token. Every attempt is counted before anything is hashed (R17). */
@ApplicationScoped
class SignIns {
    private final EntityManager entities;
    private final IdentityLookups lookups;
    private final Accounts accounts;
    private final Passwords passwords;
    private final LocalAccounts local;
    private final Attempts attempts;
    private final Sessions sessions;
    private final RateLimiter limits;
    private final AuditLog audit;
    private final Scope scope;
    private final Transactions transactions;
    private final Clock clock;

    SignIns(
            EntityManager entities,
            IdentityLookups lookups,
            Accounts accounts,
            Passwords passwords,
            LocalAccounts local,
            Attempts attempts,
            Sessions sessions,
            RateLimiter limits,
            AuditLog audit,
            Scope scope,
            Transactions transactions,
            Clock clock) {
        this.entities = entities;
        this.lookups = lookups;
        this.accounts = accounts;
        this.passwords = passwords;
        this.local = local;
        this.attempts = attempts;
        this.sessions = sessions;
        this.limits = limits;
        this.audit = audit;
        this.scope = scope;
        this.transactions = transactions;
        this.clock = clock;
    }

    Tokens signIn(SignIn proof) {
        local.require();
        String email = EmailAddress.normalize(proof.email());
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

    /**
     * The events go to the operator log and to each workspace of a known account, in one commit for everyone: the answer and its time are the
     * same whether the account exists, and however many workspaces it has.
     */
    private static Problem refuse(String email, Optional<KnownAccount> known, int failures, String reason) {
        UUID userId = known.map(KnownAccount::id).orElse(null);
        List<AuditEvent> events = new ArrayList<>();
        events.add(new IdentityEvents.SessionRefused(userId, known.isPresent() ? reason : "unknown_account", email));
        if (failures >= Lockout.LOCKED_AFTER) {
            events.add(new IdentityEvents.Locked(userId, failures, email));
        }
        Actor.Ref actor = userId == null ? null : Actor.Ref.user(userId);
        List<UUID> workspaces = known.map(KnownAccount::workspaces).orElse(List.of());
        return new Problem(ErrorCode.UNAUTHENTICATED)
                .recordedAs(Stream.concat(Stream.of(Scope.NOBODY), workspaces.stream())
                        .flatMap(log -> events.stream().map(event -> new Problem.Fact(log, actor, event)))
                        .toList());
    }

    Tokens refresh(Refresh wanted) {
        byte[] token =
                RefreshToken.parse(wanted.refreshToken()).orElseThrow(() -> new Problem(ErrorCode.UNAUTHENTICATED));
        var known = sessions.find(token).orElseThrow(() -> new Problem(ErrorCode.UNAUTHENTICATED));
        limits.takeForFamily(known.sessionId());
        return sessions.refresh(known, token);
    }

    void changePassword(UUID userId, ChangePassword wanted) {
        String email = email(userId);
        prove(email, wanted.currentPassword());
        String hash = accounts.hash(wanted.newPassword());
        transactions.inNew(() -> {
            audit.record(new IdentityEvents.PasswordChanged(userId));
            return accounts.replacePassword(userId, hash, "password_changed");
        });
    }

    /** The session counts as just signed in. */
    void reauthenticate(Actor session, Secret password) {
        String email = email(session.user());
        limits.takeForAccount(email);
        prove(email, password);
        UUID id = session.credential().id();
        transactions.inNew(() -> {
            entities.find(Session.class, id, LockModeType.PESSIMISTIC_WRITE).prove(clock.instant());
            audit.record(new IdentityEvents.Reauthenticated(id));
            return id;
        });
    }

    private String email(UUID userId) {
        Account account = transactions.inNew(() -> entities.find(Account.class, userId));
        String email = account.email();
        if (email == null || !account.hasPassword()) {
            throw new Problem(IdentityErrors.NO_PASSWORD);
        }
        return email;
    }

    /** The attempt commits on its own before anything is hashed, so that a refusal does not take it back. */
    private void prove(String email, Secret shown) {
        int failures = attempts.reserve(email);
        Optional<KnownAccount> known = lookups.account(email);
        try (Secret password = shown) {
            if (!passwords.verify(
                    password, known.map(KnownAccount::passwordHash).orElse(null))) {
                throw refuse(email, known, failures, "wrong_password");
            }
        }
        attempts.clear(email);
    }
}
