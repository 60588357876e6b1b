package ai.celune.providerkey;

import ai.celune.audit.AuditEvent;
import ai.celune.audit.UnknownEnd;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;

/** The process that made a call is gone; the provider may have answered or not. */
@ApplicationScoped
class UnknownUse implements UnknownEnd {
    @Override
    public String began() {
        return "provider_key.used";
    }

    @Override
    public AuditEvent of(UUID key, UUID use) {
        return ProviderKeyEvents.UseCompleted.unknown(key, use);
    }
}
