package ai.celune.provider;

import ai.celune.egress.ReservedFields;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The providers there are. */
@ApplicationScoped
public class Catalogue {
    private static final List<Integer> REFUSALS = List.of(401, 403);

    private final SortedMap<String, Provider> providers = new TreeMap<>();

    /** @throws IllegalStateException for an entry whose credential could not be sent */
    Catalogue(CatalogueConfig config) {
        config.provider().forEach((name, entry) -> providers.put(name, provider(name, entry)));
    }

    /** By its name. */
    public Optional<Provider> find(String name) {
        return Optional.ofNullable(providers.get(name));
    }

    /** All, by their names. */
    public Collection<Provider> all() {
        return providers.values();
    }

    private static Provider provider(String name, CatalogueConfig.Entry entry) {
        entry.header().filter(ReservedFields::contains).ifPresent(header -> {
            throw new IllegalStateException(
                    "celune.broker.provider." + name + ".header: " + header + " cannot carry a credential");
        });
        return new Provider(
                name,
                entry.title(),
                entry.baseUrl(),
                entry.hosts().orElse(List.of()),
                entry.header()
                        .map(header ->
                                new Provider.Position(header, entry.scheme().orElse(""))),
                entry.paths(),
                entry.check().map(target -> check(target, entry)),
                entry.modelInPath(),
                places(entry.inputTokens()),
                places(entry.outputTokens()));
    }

    private static Provider.Check check(String target, CatalogueConfig.Entry entry) {
        return new Provider.Check(
                target, Map.copyOf(entry.checkHeaders()), entry.refusedBy().orElse(REFUSALS));
    }

    private static List<List<String>> places(Optional<List<String>> told) {
        return told.orElse(List.of()).stream()
                .map(place -> List.of(place.split("\\.", -1)))
                .toList();
    }
}
