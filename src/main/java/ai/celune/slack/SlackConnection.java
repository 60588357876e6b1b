package ai.celune.slack;

import ai.celune.crypto.Binding;
import ai.celune.crypto.Sealer;
import ai.celune.crypto.SecretFacts;
import ai.celune.tenancy.WorkspaceOwned;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/** A credential of Slack, sealed, with what Slack says of it. */
@Entity
@Table(name = "slack_connection")
class SlackConnection extends WorkspaceOwned {
    private static final String CREDENTIAL = "slack-credential";
    private static final String SIGNING_SECRET = "slack-signing-secret";

    @Column(nullable = false, updatable = false)
    private String type;

    @Column(nullable = false)
    private String name;

    @Column(nullable = false)
    private String sealed;

    @Column(name = "value_version", nullable = false)
    private int valueVersion;

    @Column
    private @Nullable String last4;

    @Column(nullable = false)
    private String fingerprint;

    @Column(name = "signing_sealed")
    private @Nullable String signingSealed;

    @Column(name = "signing_version", nullable = false)
    private int signingVersion;

    @Column(name = "quarantined_at")
    private @Nullable Instant quarantinedAt;

    @Column(name = "team_id")
    private @Nullable String teamId;

    @Column
    private @Nullable String team;

    @Column(name = "bot_user_id")
    private @Nullable String botUserId;

    @JdbcTypeCode(SqlTypes.ARRAY)
    @Column(nullable = false, columnDefinition = "text[]")
    private String[] scopes = {};

    @Column(name = "created_by", nullable = false, updatable = false)
    private UUID createdBy;

    @Column(name = "created_at", nullable = false, updatable = false)
    private Instant createdAt;

    @Column(name = "updated_at", nullable = false)
    private Instant updatedAt;

    protected SlackConnection() {}

    SlackConnection(SlackType type, String name, UUID createdBy, Instant now) {
        this.type = type.label();
        this.name = name;
        this.createdBy = createdBy;
        this.createdAt = now;
        this.updatedAt = now;
    }

    /** What the value of this version is bound to: an older value put back into the row does not open. */
    Binding binding(UUID workspace, int version) {
        return binding(workspace, id(), version);
    }

    static Binding binding(UUID workspace, UUID id, int version) {
        return new Binding(workspace, id, CREDENTIAL, version);
    }

    /** As {@link #binding}, of the signing secret. */
    Binding signingBinding(UUID workspace, int version) {
        return signingBinding(workspace, id(), version);
    }

    static Binding signingBinding(UUID workspace, UUID id, int version) {
        return new Binding(workspace, id, SIGNING_SECRET, version);
    }

    int nextValueVersion() {
        return valueVersion + 1;
    }

    int nextSigningVersion() {
        return signingVersion + 1;
    }

    /** @param facts null for a webhook, of which Slack tells nothing */
    void holds(String newSealed, SecretFacts shown, @Nullable TeamFacts facts, Instant now) {
        sealed = newSealed;
        valueVersion = nextValueVersion();
        last4 = shown.last4();
        fingerprint = shown.fingerprint();
        if (facts != null) {
            teamId = facts.teamId();
            team = facts.team();
            botUserId = facts.botUserId();
            scopes = facts.scopes().toArray(String[]::new);
        }
        changed(now);
    }

    void signsWith(String newSealed, Instant now) {
        signingSealed = newSealed;
        signingVersion = nextSigningVersion();
        changed(now);
    }

    /** A value that still fails its check is found out again. */
    private void changed(Instant now) {
        quarantinedAt = null;
        updatedAt = now;
    }

    boolean quarantined() {
        return quarantinedAt != null;
    }

    SlackType type() {
        return SlackType.labelled(type);
    }

    int valueVersion() {
        return valueVersion;
    }

    int signingVersion() {
        return signingVersion;
    }

    String fingerprint() {
        return fingerprint;
    }

    @Nullable
    String teamId() {
        return teamId;
    }

    Sealer.Sealed sealed(UUID workspace) {
        return new Sealer.Sealed(binding(workspace, valueVersion), sealed);
    }

    Optional<Sealer.Sealed> signingSecret(UUID workspace) {
        return Optional.ofNullable(signingSealed)
                .map(text -> new Sealer.Sealed(signingBinding(workspace, signingVersion), text));
    }

    SlackConnectionView view() {
        return new SlackConnectionView(
                id(),
                type,
                name,
                last4,
                fingerprint,
                valueVersion,
                signingSealed != null,
                quarantined(),
                teamId,
                team,
                botUserId,
                List.of(scopes),
                createdAt,
                updatedAt);
    }
}
