package ai.celune.workspace;

import ai.celune.audit.AuditHistory;
import ai.celune.audit.AuditLog;
import ai.celune.security.CredentialEnded;
import ai.celune.security.CurrentRequest;
import ai.celune.web.ETag;
import ai.celune.web.ErrorCode;
import ai.celune.web.NotFound;
import ai.celune.web.Page;
import ai.celune.web.Problem;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** People in a workspace. */
@ApplicationScoped
@Transactional
class Members implements PanacheRepositoryBase<Membership, UUID> {
    private final EntityManager entities;
    private final Grants grants;
    private final ServiceAccounts serviceAccounts;
    private final AuditLog audit;
    private final AuditHistory history;
    private final CurrentRequest request;
    private final Event<PrincipalRemoved> removed;
    private final Event<CredentialEnded> ended;

    Members(
            EntityManager entities,
            Grants grants,
            ServiceAccounts serviceAccounts,
            AuditLog audit,
            AuditHistory history,
            CurrentRequest request,
            Event<PrincipalRemoved> removed,
            Event<CredentialEnded> ended) {
        this.entities = entities;
        this.grants = grants;
        this.serviceAccounts = serviceAccounts;
        this.audit = audit;
        this.history = history;
        this.request = request;
        this.removed = removed;
        this.ended = ended;
    }

    /** E-mail addresses are Confidential, so that each look at them is an event (R33). */
    Page<MemberView> list(@Nullable UUID after, int limit) {
        List<MemberView> rows = entities.createQuery(
                        "select new ai.celune.workspace.MemberView(m.userId, a.email, m.role) from Membership m"
                                + " join Account a on a.id = m.userId where m.userId > :after order by m.userId",
                        MemberView.class)
                .setParameter("after", after == null ? new UUID(0, 0) : after)
                .setMaxResults(limit + 1)
                .getResultList();
        Page<MemberView> page = Page.of(rows, limit, MemberView::userId, row -> row);
        audit.record(new WorkspaceEvents.MembersRead("members", page.items().size()));
        return page;
    }

    private Membership get(UUID userId) {
        return find("userId", userId).firstResultOptional().orElseThrow(NotFound::new);
    }

    /**
     * A person as shown, which is an event like the list.
     *
     * @param version for the entity tag
     */
    record Shown(int version, MemberView view) {}

    Shown show(UUID userId) {
        Object[] member = entities.createQuery(
                        "select m.version, a.email, m.role from Membership m join Account a on a.id = m.userId"
                                + " where m.userId = :user",
                        Object[].class)
                .setParameter("user", userId)
                .getResultStream()
                .findFirst()
                .orElseThrow(NotFound::new);
        audit.record(new WorkspaceEvents.MembersRead("members", 1));
        return new Shown((Integer) member[0], new MemberView(userId, (String) member[1], (String) member[2]));
    }

    /** What the person has open here ends, because it began with the rights of the old role. */
    Membership changeRole(UUID userId, @Nullable String wanted, @Nullable String ifMatch) {
        lock();
        Membership member = get(userId);
        ETag.require(ifMatch, member.version());
        String role = wanted == null ? member.role() : wanted;
        grants.requireHeld(member.role());
        grants.requireHeld(role);
        if (member.role().equals(role)) {
            return member;
        }
        requireAnotherOwner(member);
        give(member, role);
        return member;
    }

    private void give(Membership member, String role) {
        audit.record(new WorkspaceEvents.RoleChanged(member.userId(), member.role(), role));
        member.changeRole(role);
        flush();
        endOpenCalls(member.userId());
    }

    /** Makes the member an owner and the caller an administrator, in one step. */
    Membership transferOwnership(UUID userId) {
        UUID caller = request.requireActor().user();
        lock();
        Membership heir = get(userId);
        Membership owner = get(caller);
        if (heir.role().equals("owner") || !owner.role().equals("owner")) {
            throw new Problem(ErrorCode.CONFLICT, "only an owner hands over, and to somebody who is none");
        }
        audit.record(new WorkspaceEvents.OwnershipTransferred(userId, caller));
        give(heir, "owner");
        give(owner, "admin");
        return heir;
    }

    /**
     * The person's keys here are revoked, or go on as keys of a service account; sessions stop working with the next call. Repeating it is harmless.
     *
     * @param heir the service account that gets the keys; null to revoke them
     */
    void remove(UUID userId, @Nullable UUID heir) {
        lock();
        Optional<Membership> found = find("userId", userId).firstResultOptional();
        if (found.isEmpty() && history.tells("member.removed", userId)) {
            return;
        }
        Membership member = found.orElseThrow(NotFound::new);
        if (!userId.equals(request.requireActor().userId())) {
            grants.requireHeld(member.role());
        }
        requireAnotherOwner(member);
        if (heir != null) {
            serviceAccounts.requireHeir(heir);
        }
        delete(member);
        audit.record(new WorkspaceEvents.Removed(userId, member.role()));
        removed.fire(new PrincipalRemoved(userId, heir));
        endOpenCalls(userId);
    }

    private void endOpenCalls(UUID userId) {
        ended.fire(CredentialEnded.inWorkspace(request.requireActor().workspace(), userId));
    }

    /** One change of people at a time, so that two owners cannot demote each other at once. */
    private void lock() {
        entities.find(Workspace.class, request.requireActor().workspace(), LockModeType.PESSIMISTIC_WRITE);
    }

    private void requireAnotherOwner(Membership member) {
        if (member.role().equals("owner") && count("role", "owner") == 1) {
            throw new Problem(WorkspaceErrors.LAST_OWNER);
        }
    }
}
