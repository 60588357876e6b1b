package ai.celune.apikey.workload;

import ai.celune.apikey.workload.WorkloadConfig.Issuer;
import ai.celune.security.IssuerKeys;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** An issuer as configured, with its keys. */
public final class WorkloadIssuer {
    private static final String AUDIENCE = "celune:";
    private static final Pattern OURS = Pattern.compile(AUDIENCE + "[0-9a-f-]{36}");

    private final Issuer settings;
    private final IssuerKeys keys;

    WorkloadIssuer(Issuer settings, IssuerKeys keys) {
        this.settings = settings;
        this.keys = keys;
    }

    IssuerKeys keys() {
        return keys;
    }

    String issuer() {
        return settings.issuer();
    }

    /** A workload as a workspace's key names it; empty where {@link #isFor} says no. */
    public Optional<Workload> workload(String subject, UUID workspace) {
        return isFor(workspace) ? Optional.of(new Workload(issuer(), subject, audience(workspace))) : Optional.empty();
    }

    /** Whether an audience stands for a workspace here: for one that has its id, so that no workspace can claim the workloads of another. */
    boolean isOurs(String audience) {
        return settings.audience()
                .map(audience::equals)
                .orElseGet(() -> OURS.matcher(audience).matches());
    }

    /** Whether keys of a workspace may name workloads of this issuer, which an operator may change while there are such keys. */
    public boolean isFor(UUID workspace) {
        return settings.workspace().map(workspace::equals).orElse(true);
    }

    private String audience(UUID workspace) {
        return settings.audience().orElse(AUDIENCE + workspace);
    }
}
