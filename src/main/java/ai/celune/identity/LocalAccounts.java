package ai.celune.identity;

import ai.celune.web.Problem;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Whether people may have passwords here, or must come from an identity provider. */
@ApplicationScoped
class LocalAccounts {
    private final boolean on;

    LocalAccounts(@ConfigProperty(name = "celune.identity.local-accounts", defaultValue = "true") boolean on) {
        this.on = on;
    }

    /** Refuses whatever rests on a password. */
    void require() {
        if (!on) {
            throw new Problem(IdentityErrors.LOCAL_ACCOUNTS_OFF);
        }
    }

    /** Refuses a new person with a password, except the first operator: somebody has to make the workspace that a provider's people join. */
    void requireFor(AccessCodes.Used code) {
        if (!code.bootstrap()) {
            require();
        }
    }
}
