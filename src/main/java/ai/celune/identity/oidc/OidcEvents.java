package ai.celune.identity.oidc;

import ai.celune.audit.AuditEvent;
import ai.celune.audit.Event;
import ai.celune.audit.Outcome;
import io.quarkus.runtime.annotations.RegisterForReflection;

/** What happens at sign-in before it is known who signs in. */
@RegisterForReflection
interface OidcEvents {
    @Event(value = "session.refused", target = "identity_provider", outcome = Outcome.DENIED)
    record Refused(String target, String reason) implements AuditEvent {}

    static AuditEvent refused(Provider provider, String reason) {
        return new Refused(provider.name(), reason);
    }
}
