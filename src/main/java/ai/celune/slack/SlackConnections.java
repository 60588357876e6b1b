package ai.celune.slack;

import ai.celune.audit.AuditHistory;
import ai.celune.audit.AuditLog;
import ai.celune.crypto.Fingerprints;
import ai.celune.crypto.SealedColumn;
import ai.celune.crypto.Sealer;
import ai.celune.crypto.Secret;
import ai.celune.security.Actor;
import ai.celune.security.CredentialEnded;
import ai.celune.security.CurrentRequest;
import ai.celune.tenancy.QuotaConfig;
import ai.celune.tenancy.Quotas;
import ai.celune.web.ETag;
import ai.celune.web.ErrorCode;
import ai.celune.web.NotFound;
import ai.celune.web.Problem;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Life of Slack connections in the database; what is done at Slack is for {@link SlackCalls}. */
@ApplicationScoped
@Transactional
class SlackConnections implements PanacheRepositoryBase<SlackConnection, UUID> {
    private final Fingerprints fingerprints;
    private final Sealer sealer;
    private final AuditLog audit;
    private final AuditHistory history;
    private final CurrentRequest request;
    private final Event<CredentialEnded> ended;
    private final Quotas quotas;
    private final Clock clock;

    SlackConnections(
            Fingerprints fingerprints,
            Sealer sealer,
            AuditLog audit,
            AuditHistory history,
            CurrentRequest request,
            Event<CredentialEnded> ended,
            Quotas quotas,
            Clock clock) {
        this.fingerprints = fingerprints;
        this.sealer = sealer;
        this.audit = audit;
        this.history = history;
        this.request = request;
        this.ended = ended;
        this.quotas = quotas;
        this.clock = clock;
    }

    @Produces
    @Singleton
    static SealedColumn sealedValues() {
        return new SealedColumn("slack_connection", "sealed", "id", "value_version", SlackConnection::binding);
    }

    @Produces
    @Singleton
    static SealedColumn sealedSigningSecrets() {
        return new SealedColumn(
                "slack_connection", "signing_sealed", "id", "signing_version", SlackConnection::signingBinding);
    }

    SlackConnection store(SlackConnection made, CreateSlackConnection wanted, @Nullable TeamFacts facts) {
        hold(made, wanted.key(), facts);
        if (wanted.signingSecret() != null) {
            sign(made, wanted.signingSecret());
        }
        if (!quotas.haveRoom(QuotaConfig::slackConnections, this::count)) {
            throw new Problem(ErrorCode.QUOTA_EXCEEDED);
        }
        persist(made);
        flush();
        audit.record(new SlackEvents.Created(
                made.id(), made.type().label(), made.teamId(), made.fingerprint(), wanted.signingSecret() != null));
        return made;
    }

    private void hold(SlackConnection connection, Secret value, @Nullable TeamFacts facts) {
        UUID workspace = request.requireActor().workspace();
        var shown = fingerprints.of(workspace, value);
        String sealed = sealer.seal(connection.binding(workspace, connection.nextValueVersion()), value.bytes());
        connection.holds(sealed, shown, facts, clock.instant());
    }

    private void sign(SlackConnection connection, Secret value) {
        UUID workspace = request.requireActor().workspace();
        connection.signsWith(
                sealer.seal(connection.signingBinding(workspace, connection.nextSigningVersion()), value.bytes()),
                clock.instant());
    }

    List<SlackConnection> list(@Nullable UUID after, int limit) {
        List<SlackConnection> connections = find("id > ?1 order by id", after == null ? new UUID(0, 0) : after)
                .page(0, limit + 1)
                .list();
        audit.record(new SlackEvents.ConnectionsRead("slack-connections", Math.min(connections.size(), limit)));
        return connections;
    }

    SlackConnection show(UUID id) {
        SlackConnection connection = get(id);
        audit.record(new SlackEvents.ConnectionRead(id));
        return connection;
    }

    SlackConnection get(UUID id) {
        return findByIdOptional(id).orElseThrow(NotFound::new);
    }

    /**
     * One that the caller may use.
     *
     * @throws Problem 404 for a foreign id, 403 for one that the API key is not bound to, {@code secret_shredded} while the workspace is being deleted, 500 for one that
     *     failed its integrity check
     */
    SlackConnection usable(UUID id) {
        Object[] found = getEntityManager()
                .createQuery(
                        "select c, w.deletesAt from SlackConnection c join Workspace w on w.id = c.workspaceId where c.id = :id",
                        Object[].class)
                .setParameter("id", id)
                .getResultStream()
                .findFirst()
                .orElseThrow(NotFound::new);
        if (found[1] != null) {
            throw new Problem(ErrorCode.SECRET_SHREDDED);
        }
        SlackConnection connection = (SlackConnection) found[0];
        Actor actor = request.requireActor();
        if (actor.bindings() != null && !actor.bindings().contains(id)) {
            throw new Problem(ErrorCode.PERMISSION_DENIED, "the API key is not bound to this Slack connection");
        }
        if (connection.quarantined()) {
            throw new Problem(ErrorCode.SECRET_INTEGRITY);
        }
        return connection;
    }

    /** Calls that are open go on with the old value: rotation is routine. */
    SlackConnection replace(UUID id, ReplaceSlackValue wanted, @Nullable TeamFacts facts, @Nullable String ifMatch) {
        SlackConnection connection = get(id);
        ETag.require(ifMatch, connection.version());
        if (wanted.key() != null) {
            String before = connection.fingerprint();
            hold(connection, wanted.key(), facts);
            audit.record(new SlackEvents.ValueReplaced(
                    id, connection.valueVersion(), connection.teamId(), before, connection.fingerprint()));
        }
        if (wanted.signingSecret() != null) {
            sign(connection, wanted.signingSecret());
            audit.record(new SlackEvents.SigningSecretReplaced(id, connection.signingVersion()));
        }
        flush();
        return connection;
    }

    /**
     * The values are gone with the row, and open calls with them end; repeating it is harmless.
     *
     * @return what was deleted; empty when it was before
     */
    Optional<SlackConnection> remove(UUID id) {
        Optional<SlackConnection> found = findByIdOptional(id);
        if (found.isEmpty() && history.tells("slack_connection.deleted", id)) {
            return found;
        }
        SlackConnection connection = found.orElseThrow(NotFound::new);
        delete(connection);
        flush();
        audit.record(new SlackEvents.Deleted(id, connection.type().label()));
        ended.fire(CredentialEnded.everywhere(id));
        return found;
    }
}
