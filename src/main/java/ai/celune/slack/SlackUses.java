package ai.celune.slack;

import ai.celune.audit.AuditLog;
import ai.celune.audit.AuditQueue;
import ai.celune.audit.Origin;
import ai.celune.broker.CommittedUse;
import ai.celune.broker.OwnCalls;
import ai.celune.crypto.Sealer;
import ai.celune.crypto.Secret;
import ai.celune.crypto.SecretIntegrityException;
import ai.celune.security.Actor;
import ai.celune.security.CurrentRequest;
import ai.celune.tenancy.Ids;
import ai.celune.tenancy.Transactions;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** The three steps of a use: committed to the log, opened, completed in the log. */
@ApplicationScoped
class SlackUses {
    private final SlackConnections connections;
    private final SlackOrigins origins;
    private final EntityManager entities;
    private final Sealer sealer;
    private final AuditLog audit;
    private final AuditQueue completions;
    private final CurrentRequest request;
    private final Transactions transactions;
    private final Clock clock;

    SlackUses(
            SlackConnections connections,
            SlackOrigins origins,
            EntityManager entities,
            Sealer sealer,
            AuditLog audit,
            AuditQueue completions,
            CurrentRequest request,
            Transactions transactions,
            Clock clock) {
        this.connections = connections;
        this.origins = origins;
        this.entities = entities;
        this.sealer = sealer;
        this.audit = audit;
        this.completions = completions;
        this.request = request;
        this.transactions = transactions;
        this.clock = clock;
    }

    /** A stored credential that the caller may use; that it still is there commits with its use. */
    CommittedUse ofStored(UUID id, String method) {
        return transactions.inNew(() -> {
            SlackConnection connection = connections.usable(id);
            Sealer.Sealed value = connection.sealed(request.requireActor().workspace());
            return begin(
                    new Credential(id, id, connection.type(), connection.valueVersion(), () -> open(id, value)),
                    method);
        });
    }

    /** One that is not stored yet, to see whether it is good. */
    CommittedUse ofCandidate(SlackConnection connection, Secret value, String method) {
        Credential candidate = new Credential(
                connection.id(),
                connection.id(),
                connection.type(),
                connection.nextValueVersion(),
                () -> Secret.copyOf(value.bytes()));
        return transactions.inNew(() -> begin(candidate, method));
    }

    /** One that is deleted: its own end does not end this use. */
    CommittedUse ofRemoved(SlackConnection connection, String method) {
        UUID id = connection.id();
        Sealer.Sealed value = connection.sealed(request.requireActor().workspace());
        Credential removed =
                new Credential(id, Ids.next(), connection.type(), connection.valueVersion(), () -> open(id, value));
        return transactions.inNew(() -> begin(removed, method));
    }

    /**
     * What is used.
     *
     * @param endsWith whose end ends the call
     */
    private record Credential(
            UUID connection, UUID endsWith, SlackType type, int valueVersion, Supplier<Secret> value) {}

    private CommittedUse begin(Credential credential, String method) {
        Actor actor = request.requireActor();
        Use use = new Use(credential, Ids.next(), actor.workspace(), Origin.of(actor, request.facts()));
        audit.recordBeginning(
                use.caller,
                new SlackEvents.Used(
                        credential.connection(),
                        use.id,
                        credential.valueVersion(),
                        method,
                        origins.of(credential.type()).host()),
                use.id,
                OwnCalls.LONGEST);
        return use;
    }

    /** Opens a value of a connection; the caller closes it. One that fails its integrity check takes the connection out of use. */
    Secret open(UUID connection, Sealer.Sealed value) {
        try {
            return sealer.open(value.binding(), value.text());
        } catch (SecretIntegrityException e) {
            transactions.inNew(() -> quarantine(connection, value));
            throw e;
        }
    }

    /** Only the value that failed, for a newer one may be fine; and once, however many calls met it at the same time. */
    private int quarantine(UUID connection, Sealer.Sealed value) {
        int quarantined = entities.createQuery(
                        "update versioned SlackConnection set quarantinedAt = :now where id = :id"
                                + " and (sealed = :sealed or signingSealed = :sealed) and quarantinedAt is null")
                .setParameter("now", clock.instant())
                .setParameter("id", connection)
                .setParameter("sealed", value.text())
                .executeUpdate();
        if (quarantined == 1) {
            audit.record(new SlackEvents.IntegrityFailed(
                    connection, value.binding().kind(), value.binding().valueVersion()));
        }
        return quarantined;
    }

    /** A use that is committed. */
    private final class Use implements CommittedUse {
        private final Credential credential;
        private final UUID id;
        private final UUID workspace;
        private final Origin caller;

        Use(Credential credential, UUID id, UUID workspace, Origin caller) {
            this.credential = credential;
            this.id = id;
            this.workspace = workspace;
            this.caller = caller;
        }

        @Override
        public UUID id() {
            return id;
        }

        @Override
        public UUID secret() {
            return credential.endsWith();
        }

        @Override
        public String origin() {
            return origins.of(credential.type()).origin();
        }

        @Override
        public Opened open() {
            try (Secret value = credential.value().get()) {
                return credential.type().opened(value);
            }
        }

        @Override
        public CompletionStage<Void> complete(End end) {
            return completions.end(
                    workspace,
                    caller,
                    new SlackEvents.UseCompleted(
                            credential.connection(),
                            id,
                            end.outcome(),
                            end.status(),
                            end.cause(),
                            end.bytesIn(),
                            end.bytesOut(),
                            end.durationMillis()),
                    id);
        }
    }
}
