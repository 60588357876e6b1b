package ai.celune.identity;

import ai.celune.audit.AuditLog;
import ai.celune.security.CurrentRequest;
import ai.celune.tenancy.Ids;
import ai.celune.tenancy.Scope;
import ai.celune.web.NotFound;
import ai.celune.web.Problem;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Codes that gate new workspaces (R19): issued by operators, used once, in the transaction that creates the workspace. */
@ApplicationScoped
public class AccessCodes implements PanacheRepositoryBase<AccessCode, UUID> {
    private final EntityManager entities;
    private final AuditLog audit;
    private final CurrentRequest request;
    private final Scope scope;
    private final IdentityConfig config;
    private final SecureRandom random;
    private final Clock clock;

    AccessCodes(
            EntityManager entities,
            AuditLog audit,
            CurrentRequest request,
            Scope scope,
            IdentityConfig config,
            SecureRandom random,
            Clock clock) {
        this.entities = entities;
        this.audit = audit;
        this.request = request;
        this.scope = scope;
        this.config = config;
        this.random = random;
        this.clock = clock;
    }

    /** Whether the code makes the first operator. */
    record Used(boolean bootstrap) {}

    /**
     * Uses a code up. Runs in the joining transaction that creates the workspace, so that two parallel uses leave one workspace.
     *
     * @throws Problem {@code access_code_invalid}, the same for wrong, used, expired and revoked codes
     */
    @Transactional(Transactional.TxType.MANDATORY)
    public Used use(String code, UUID userId, UUID workspaceId) {
        Instant now = clock.instant();
        List<?> rows = entities.createNativeQuery(
                        "update access_code set used_at = :now, used_by = :user, workspace_id = :workspace"
                                + " where code_hash = :hash and used_at is null and revoked_at is null"
                                + " and expires_at > :now returning id, bootstrap, issued_by")
                .setParameter("now", now)
                .setParameter("user", userId)
                .setParameter("workspace", workspaceId)
                .setParameter("hash", Codes.digest(code))
                .getResultList();
        if (rows.isEmpty()) {
            throw Codes.refused("access_code");
        }
        Object[] row = (Object[]) rows.getFirst();
        audit.recordForOperators(new IdentityEvents.CodeUsed((UUID) row[0], (UUID) row[2]));
        return new Used((Boolean) row[1]);
    }

    AccessCodeView.Issued issue(@Nullable Instant expiresAt) {
        return scope.asPlatform(() -> {
            Instant now = clock.instant();
            Instant end = expiresAt == null ? now.plus(config.codes()) : expiresAt;
            if (!end.isAfter(now)) {
                throw Problem.invalid("/expiresAt", "future", "must be in the future");
            }
            String code = Codes.next(random);
            AccessCode issued = new AccessCode(
                    Ids.next(), Codes.digest(code), request.requireActor().user(), now, end);
            persist(issued);
            audit.recordForOperators(new IdentityEvents.CodeIssued(issued.id(), end));
            return new AccessCodeView.Issued(issued.id(), code, end);
        });
    }

    List<AccessCode> list(@Nullable UUID after, int limit) {
        return scope.asPlatform(() -> find("id > ?1 order by id", after == null ? new UUID(0, 0) : after)
                .page(0, limit + 1)
                .list());
    }

    /** Repeating it is harmless. */
    void revoke(UUID id) {
        scope.asPlatform(() -> {
            AccessCode code = findByIdOptional(id).orElseThrow(NotFound::new);
            if (code.revoke(clock.instant())) {
                audit.recordForOperators(new IdentityEvents.CodeRevoked(id));
            }
            return id;
        });
    }

    /** Stores the bootstrap code once; the first replica wins. */
    void bootstrap(String code) {
        scope.asPlatform(() -> entities.createNativeQuery(
                        "insert into access_code (id, code_hash, bootstrap, created_at, expires_at)"
                                + " values (:id, :hash, true, :now, 'infinity') on conflict do nothing")
                .setParameter("id", Ids.next())
                .setParameter("hash", Codes.digest(code))
                .setParameter("now", clock.instant())
                .executeUpdate());
    }
}
