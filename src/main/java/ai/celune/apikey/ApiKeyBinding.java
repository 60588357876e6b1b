package ai.celune.apikey;

import ai.celune.tenancy.WorkspaceOwned;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.util.UUID;

/** An API key may use a provider key. */
@Entity
@Table(name = "api_key_binding")
class ApiKeyBinding extends WorkspaceOwned {
    @Column(name = "api_key_id", nullable = false, updatable = false)
    private UUID apiKeyId;

    @Column(name = "provider_key_id", nullable = false, updatable = false)
    private UUID providerKeyId;

    protected ApiKeyBinding() {}

    ApiKeyBinding(UUID apiKeyId, UUID providerKeyId) {
        this.apiKeyId = apiKeyId;
        this.providerKeyId = providerKeyId;
    }

    UUID apiKeyId() {
        return apiKeyId;
    }

    UUID providerKeyId() {
        return providerKeyId;
    }
}
