package ai.celune.apikey;

import ai.celune.tenancy.WorkspaceOwned;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An API key may use a provider key or a Slack connection. */
@Entity
@Table(name = "api_key_binding")
class ApiKeyBinding extends WorkspaceOwned {
    @Column(name = "api_key_id", nullable = false, updatable = false)
    private UUID apiKeyId;

    @Column(name = "provider_key_id", updatable = false)
    private @Nullable UUID providerKeyId;

    @Column(name = "slack_connection_id", updatable = false)
    private @Nullable UUID slackConnectionId;

    protected ApiKeyBinding() {}

    /** @param isSlack whether the secret is a Slack connection */
    ApiKeyBinding(UUID apiKeyId, UUID secret, boolean isSlack) {
        this.apiKeyId = apiKeyId;
        providerKeyId = isSlack ? null : secret;
        slackConnectionId = isSlack ? secret : null;
    }

    UUID apiKeyId() {
        return apiKeyId;
    }

    /** What may be used. */
    UUID secret() {
        return Objects.requireNonNull(providerKeyId == null ? slackConnectionId : providerKeyId);
    }
}
