package ai.celune.provider;

import ai.celune.audit.AuditEvent;
import ai.celune.audit.AuditLog;
import ai.celune.security.CurrentRequest;
import ai.celune.tenancy.Scope;
import ai.celune.web.NotFound;
import ai.celune.web.Problem;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the platform operator decides about providers. */
@ApplicationScoped
public class Clearances implements PanacheRepositoryBase<Clearance, String> {
    private final Catalogue catalogue;
    private final Gate gate;
    private final AuditLog audit;
    private final CurrentRequest request;
    private final Scope scope;
    private final Clock clock;

    Clearances(Catalogue catalogue, Gate gate, AuditLog audit, CurrentRequest request, Scope scope, Clock clock) {
        this.catalogue = catalogue;
        this.gate = gate;
        this.audit = audit;
        this.request = request;
        this.scope = scope;
        this.clock = clock;
    }

    /** The whole catalogue, by name. */
    @Transactional
    public List<ProviderView> list() {
        Map<String, Clearance> decided =
                listAll().stream().collect(Collectors.toMap(Clearance::provider, Function.identity()));
        return catalogue.all().stream()
                .map(provider -> view(provider, decided.get(provider.name())))
                .toList();
    }

    ProviderView approve(String name, Instant until) {
        return decide(name, clearance -> {
            clearance.approve(until);
            return new ProviderEvents.Approved(name, until);
        });
    }

    ProviderView record(String name, RecordPolicy found) {
        return decide(name, clearance -> {
            int version = clearance.record(found, request.requireActor().user(), clock.instant());
            return new ProviderEvents.PolicyRecorded(
                    name,
                    version,
                    found.trains(),
                    found.retentionDays(),
                    found.region(),
                    found.evidence(),
                    found.until());
        });
    }

    /** @throws Problem 404 for what is not in the catalogue, 400 for a provider that may be anybody */
    private ProviderView decide(String name, Function<Clearance, AuditEvent> change) {
        Provider provider = catalogue.find(name).orElseThrow(NotFound::new);
        if (provider.isAnybody()) {
            throw Problem.invalid("/provider", "anybody", "may be anybody: each key is attested by its workspace");
        }
        return scope.asPlatform(() -> {
            getEntityManager()
                    .createNativeQuery("insert into provider_clearance (provider, policy_version, version)"
                            + " values (:provider, 0, 0) on conflict do nothing")
                    .setParameter("provider", name)
                    .executeUpdate();
            Clearance clearance = Objects.requireNonNull(findById(name, LockModeType.PESSIMISTIC_WRITE));
            audit.recordForOperators(change.apply(clearance));
            return view(provider, clearance);
        });
    }

    private ProviderView view(Provider provider, @Nullable Clearance decided) {
        return new ProviderView(
                provider.name(),
                provider.title(),
                provider.origin().orElse(null),
                provider.isAnybody() ? null : gate.isApproved(decided, clock.instant()),
                decided == null ? null : decided.approvedUntil(),
                decided == null ? null : decided.recorded());
    }
}
