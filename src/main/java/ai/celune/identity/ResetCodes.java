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
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.persistence.EntityManager;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Codes that let a person in again who has lost the password: handed over by the platform operator, or mailed. */
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

    /** A code that the platform operator hands over. */
    AccessCodeView.Issued issue(UUID userId) {
        return scope.asPlatform(() -> {
            Account account = entities.find(Account.class, userId);
            if (account == null) {
                throw new NotFound();
            }
            if (!account.hasPassword()) {
                throw new Problem(IdentityErrors.NO_PASSWORD);
            }
            AccessCodeView.Issued issued = make(userId, request.requireActor().user(), false);
            audit.recordForOperators(new IdentityEvents.PasswordReset(userId, "code_issued"));
            return issued;
        });
    }

    /** A code to be mailed to the person, whose earlier ones count on: a later request must not end what is on its way. */
    @ActivateRequestContext
    String mail(UUID userId) {
        return scope.asPlatform(() -> {
            audit.recordForOperators(new IdentityEvents.PasswordReset(userId, "code_mailed"));
            return make(userId, userId, true).code();
        });
    }

    private AccessCodeView.Issued make(UUID userId, UUID issuer, boolean mailed) {
        Instant now = clock.instant();
        Instant end = now.plus(LIFE);
        UUID id = Ids.next();
        String code = Codes.next(random);
        entities.createNativeQuery(
                        "insert into reset_code (id, user_id, code_hash, issued_by, mailed, created_at, expires_at)"
                                + " values (:id, :user, :hash, :issuer, :mailed, :now, :end)")
                .setParameter("id", id)
                .setParameter("user", userId)
                .setParameter("hash", Codes.digest(code))
                .setParameter("issuer", issuer)
                .setParameter("mailed", mailed)
                .setParameter("now", now)
                .setParameter("end", end)
                .executeUpdate();
        return new AccessCodeView.Issued(id, code, end);
    }

    /** Takes the code and the new password; every session of the person ends. */
    void reset(ResetPassword wanted) {
        local.require();
        Optional<KnownResetCode> code = find(wanted.email(), wanted.code());
        String hash = accounts.hash(wanted.password());
        KnownResetCode known = code.orElseThrow(() -> Codes.refused("reset_code"));
        scope.asUser(known.userId(), null, () -> {
            use(known);
            audit.recordAs(
                    Actor.Ref.user(known.userId()),
                    null,
                    new IdentityEvents.PasswordReset(known.userId(), "completed"));
            return accounts.replacePassword(known.userId(), hash, "password_reset");
        });
        attempts.clear(known.email());
    }

    /** Proves the mailbox by a code that was mailed. */
    void verify(VerifyEmail proof) {
        KnownResetCode known = find(proof.email(), proof.code())
                .filter(KnownResetCode::mailed)
                .orElseThrow(() -> Codes.refused("reset_code"));
        scope.asUser(known.userId(), null, () -> {
            use(known);
            return null;
        });
        attempts.clear(known.email());
    }

    /** A code that still counts, for this address; every try is counted. */
    private Optional<KnownResetCode> find(String address, String code) {
        String email = EmailAddress.normalize(address);
        limits.takeForAccount(email);
        attempts.reserve(email);
        return lookups.resetCode(Codes.digest(code))
                .filter(known -> !known.used()
                        && known.expiresAt().isAfter(clock.instant())
                        && known.email().equals(email));
    }

    private void use(KnownResetCode known) {
        int used = entities.createNativeQuery("update reset_code set used_at = :now where id = :id and used_at is null")
                .setParameter("now", clock.instant())
                .setParameter("id", known.id())
                .executeUpdate();
        if (used == 0) {
            throw Codes.refused("reset_code");
        }
        if (known.mailed() && entities.find(Account.class, known.userId()).verifyEmail(clock.instant())) {
            audit.recordAs(Actor.Ref.user(known.userId()), null, new IdentityEvents.EmailVerified(known.userId()));
        }
    }
}
