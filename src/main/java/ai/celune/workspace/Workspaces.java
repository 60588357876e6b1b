package ai.celune.workspace;

import ai.celune.audit.AuditLog;
import ai.celune.crypto.WorkspaceKeys;
import ai.celune.identity.AccessCodes;
import ai.celune.identity.Sessions;
import ai.celune.identity.Tokens;
import ai.celune.identity.WorkspaceFounded;
import ai.celune.security.Actor;
import ai.celune.security.CredentialEnded;
import ai.celune.security.CurrentRequest;
import ai.celune.tenancy.Scope;
import ai.celune.web.ErrorCode;
import ai.celune.web.NotFound;
import ai.celune.web.Problem;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A person's workspaces: made with an access code, listed, selected, deleted and taken back. */
@ApplicationScoped
class Workspaces implements PanacheRepositoryBase<Workspace, UUID> {
    private final Members members;
    private final AccessCodes codes;
    private final Sessions sessions;
    private final AuditLog audit;
    private final CurrentRequest request;
    private final WorkspaceKeys workspaceKeys;
    private final Scope scope;
    private final Event<CredentialEnded> ended;
    private final WorkspaceConfig config;
    private final Clock clock;

    Workspaces(
            Members members,
            AccessCodes codes,
            Sessions sessions,
            AuditLog audit,
            CurrentRequest request,
            WorkspaceKeys workspaceKeys,
            Scope scope,
            Event<CredentialEnded> ended,
            WorkspaceConfig config,
            Clock clock) {
        this.members = members;
        this.codes = codes;
        this.sessions = sessions;
        this.audit = audit;
        this.request = request;
        this.workspaceKeys = workspaceKeys;
        this.scope = scope;
        this.ended = ended;
        this.config = config;
        this.clock = clock;
    }

    /** Makes workspace and owner, in the transaction that used the access code up. */
    @Transactional
    void onFounded(@Observes WorkspaceFounded founded) {
        persist(new Workspace(founded.workspaceId(), founded.name(), clock.instant()));
        members.persist(new Membership(founded.ownerId(), "owner", clock.instant()));
        flush();
        audit.recordAs(Actor.Ref.user(founded.ownerId()), null, new WorkspaceEvents.Created(founded.workspaceId()));
    }

    /** Another workspace for a person who has one. */
    @Transactional
    Workspace create(CreateWorkspace wanted) {
        UUID owner = request.requireActor().user();
        return workspaceKeys.taking(id -> scope.asJoining(owner, id, () -> {
            codes.use(wanted.accessCode(), owner, id);
            onFounded(new WorkspaceFounded(id, wanted.name().strip(), owner));
            return findById(id);
        }));
    }

    List<Workspace> mine(@Nullable UUID after, int limit) {
        return memberOf("w.id > :id order by w.id", after == null ? new UUID(0, 0) : after, limit + 1);
    }

    /**
     * The caller's workspaces, by membership in the statement itself: row security, which says the same, is the layer below (R20). In SQL, because the
     * ORM's restriction shows no memberships while no workspace is bound.
     */
    private List<Workspace> memberOf(String condition, UUID id, int most) {
        UUID user = request.requireActor().user();
        List<?> found = scope.asUser(
                user,
                null,
                () -> getEntityManager()
                        .createNativeQuery(
                                "select w.* from workspace w join membership m on m.workspace_id = w.id where m.user_id = :user and "
                                        + condition,
                                Workspace.class)
                        .setParameter("user", user)
                        .setParameter("id", id)
                        .setMaxResults(most)
                        .getResultList());
        return found.stream().map(Workspace.class::cast).toList();
    }

    /**
     * From now on API keys and secrets are refused and what is open ends; once the grace is over the workspace is destroyed. Repeating it changes nothing.
     *
     * @throws NotFound for any but the caller's workspace
     */
    @Transactional
    Workspace delete(UUID id) {
        Workspace workspace = own(id);
        if (workspace.deletesAt() == null) {
            Instant end = clock.instant().plus(config.deletionGrace());
            workspace.deleteAt(end);
            audit.record(new WorkspaceEvents.DeletionRequested(id, end));
            ended.fire(CredentialEnded.everywhere(id));
            flush();
        }
        return workspace;
    }

    /**
     * Takes the deletion back. Repeating it changes nothing.
     *
     * @throws Problem {@code secret_shredded} when the grace is over
     */
    @Transactional
    Workspace restore(UUID id) {
        Workspace workspace = own(id);
        Instant end = workspace.deletesAt();
        if (end != null) {
            // Another replica's clock may have been ahead of this one's.
            if (!end.isAfter(clock.instant()) || workspaceKeys.isShredding(id)) {
                throw new Problem(ErrorCode.SECRET_SHREDDED);
            }
            workspace.restore();
            audit.record(new WorkspaceEvents.Restored(id));
            flush();
        }
        return workspace;
    }

    private Workspace own(UUID id) {
        if (!id.equals(request.requireActor().workspaceId())) {
            throw new NotFound();
        }
        return Objects.requireNonNull(findById(id, LockModeType.PESSIMISTIC_WRITE));
    }

    /** A new session in another workspace of the caller; the old session ends. */
    @Transactional
    Tokens select(UUID workspaceId) {
        Actor actor = request.requireActor();
        if (memberOf("w.id = :id", workspaceId, 1).isEmpty()) {
            throw new NotFound();
        }
        Sessions.Term term = sessions.endForSuccessor(actor.credential().id());
        return scope.asUser(actor.user(), workspaceId, () -> {
            audit.record(new WorkspaceEvents.Selected(workspaceId));
            return sessions.open(actor.user(), workspaceId, "workspace_selected", term);
        });
    }
}
