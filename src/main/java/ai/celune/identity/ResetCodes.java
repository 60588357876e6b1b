package ai.celune.identity;

import ai.celune.audit.AuditLog;
import ai.celune.identity.IdentityLookups.KnownResetCode;
import ai.celune.ratelimit.RateLimiter;
import ai.celune.security.Actor;
import ai.celune.security.CurrentRequest;
import ai.celune.tenancy.Ids;
import ai.celune.tenancy.Scope;
import ai.celune.web.NotFound;
import ai.celune.web.Problem;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Codes by which the platform operator lets a person in again who has lost the password. */
@ApplicationScoped
class ResetCodes {
    private static final Duration LIFE = Duration.ofHours(1);

    private final EntityManager entities;
    private final IdentityLookups lookups;
    private final Accounts accounts;
    private final Attempts attempts;
    private final LocalAccounts local;
    private final RateLimiter limits;
    private final AuditLog audit;
    private final CurrentRequest request;
    private final Scope scope;
    private final SecureRandom random;
    private final Clock clock;

    ResetCodes(
            EntityManager entities,
            IdentityLookups lookups,
            Accounts accounts,
            Attempts attempts,
            LocalAccounts local,
            RateLimiter limits,
            AuditLog audit,
            CurrentRequest request,
            Scope scope,
            SecureRandom random,
            Clock clock) {
        this.entities = entities;
        this.lookups = lookups;
        this.accounts = accounts;
        this.attempts = attempts;
        this.local = local;
        this.limits = limits;
        this.audit = audit;
        this.request = request;
        this.scope = scope;
        this.random = random;
        this.clock = clock;
    }

    AccessCodeView.Issued issue(UUID userId) {
        return scope.asPlatform(() -> {
            Account account = entities.find(Account.class, userId);
            if (account == null) {
                throw new NotFound();
            }
            if (!account.hasPassword()) {
                throw new Problem(IdentityErrors.NO_PASSWORD);
            }
            Instant now = clock.instant();
            Instant end = now.plus(LIFE);
            UUID id = Ids.next();
            String code = Codes.next(random);
            entities.createNativeQuery(
                            "insert into reset_code (id, user_id, code_hash, issued_by, created_at, expires_at)"
                                    + " values (:id, :user, :hash, :issuer, :now, :end)")
                    .setParameter("id", id)
                    .setParameter("user", userId)
                    .setParameter("hash", Codes.digest(code))
                    .setParameter("issuer", request.requireActor().user())
                    .setParameter("now", now)
                    .setParameter("end", end)
                    .executeUpdate();
            audit.recordForOperators(new IdentityEvents.PasswordReset(userId, "code_issued"));
            return new AccessCodeView.Issued(id, code, end);
        });
    }

    /** Takes the code and the new password; every session of the person ends. */
    void reset(ResetPassword wanted) {
        local.require();
        String email = EmailAddress.normalize(wanted.email());
        limits.takeForAccount(email);
        attempts.reserve(email);
        Optional<KnownResetCode> code = lookups.resetCode(Codes.digest(wanted.code()))
                .filter(known -> !known.used()
                        && known.expiresAt().isAfter(clock.instant())
                        && known.email().equals(email));
        String hash = accounts.hash(wanted.password());
        KnownResetCode known = code.orElseThrow(() -> Codes.refused("reset_code"));
        scope.asUser(known.userId(), null, () -> {
            int used = entities.createNativeQuery(
                            "update reset_code set used_at = :now where id = :id and used_at is null")
                    .setParameter("now", clock.instant())
                    .setParameter("id", known.id())
                    .executeUpdate();
            if (used == 0) {
                throw Codes.refused("reset_code");
            }
            audit.recordAs(
                    Actor.Ref.user(known.userId()),
                    null,
                    new IdentityEvents.PasswordReset(known.userId(), "completed"));
            return accounts.replacePassword(known.userId(), hash, "password_reset");
        });
        attempts.clear(email);
    }
}
