package ai.celune.workspace;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A tenant. */
@Entity
@Table(name = "workspace")
class Workspace {
    @Id
    private UUID id;

    @Column(nullable = false)
    private String name;

    @Column(name = "broker_per_minute")
    private @Nullable Integer brokerPerMinute;

    @Column(name = "api_key_max_days")
    private @Nullable Integer apiKeyMaxDays;

    @Column(name = "deletes_at")
    private @Nullable Instant deletesAt;

    @Column(name = "created_at", nullable = false, updatable = false)
    private Instant createdAt;

    @Version
    private int version;

    protected Workspace() {}

    Workspace(UUID id, String name, Instant now) {
        this.id = id;
        this.name = name;
        this.createdAt = now;
    }

    void change(String newName, @Nullable Integer newBrokerPerMinute, @Nullable Integer newApiKeyMaxDays) {
        name = newName;
        brokerPerMinute = newBrokerPerMinute;
        apiKeyMaxDays = newApiKeyMaxDays;
    }

    void deleteAt(Instant endOfGrace) {
        deletesAt = endOfGrace;
    }

    void restore() {
        deletesAt = null;
    }

    /** When its grace ends; null while nobody wants it deleted. */
    @Nullable
    Instant deletesAt() {
        return deletesAt;
    }

    UUID id() {
        return id;
    }

    String name() {
        return name;
    }

    @Nullable
    Integer brokerPerMinute() {
        return brokerPerMinute;
    }

    @Nullable
    Integer apiKeyMaxDays() {
        return apiKeyMaxDays;
    }

    Instant createdAt() {
        return createdAt;
    }

    int version() {
        return version;
    }
}
