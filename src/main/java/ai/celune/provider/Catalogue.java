package ai.celune.provider;

import ai.celune.egress.AddressGuard;
import ai.celune.egress.BaseUrl;
import ai.celune.egress.RefusedDestinationException;
import ai.celune.egress.ReservedFields;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The providers there are. */
@ApplicationScoped
@Startup // What is wrong with it stops the process, and not the first call.
public class Catalogue {
    /** As the rows of its keys ask. */
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{1,31}");

    private static final List<Integer> REFUSALS = List.of(401);

    private final SortedMap<String, Provider> providers = new TreeMap<>();

    /** @throws IllegalStateException for an entry that calls could not rest on */
    Catalogue(CatalogueConfig config, AddressGuard guard) {
        config.provider().forEach((name, entry) -> {
            check(name, "name", NAME.matcher(name).matches());
            check(name, "header", entry.header().stream().noneMatch(ReservedFields::contains));
            check(name, "hosts", entry.hosts().orElse(List.of()).stream().allMatch(host -> host.startsWith(".")));
            check(name, "paths", entry.paths().stream().allMatch(path -> path.startsWith("/")));
            Provider provider = provider(name, entry, guard);
            check(name, "check", entry.check().stream().allMatch(provider::serves));
            providers.put(name, provider);
        });
    }

    private static void check(String name, String setting, boolean holds) {
        if (!holds) {
            throw new IllegalStateException("celune.broker.provider." + name + "." + setting + " is not usable");
        }
    }

    /** By its name. */
    public Optional<Provider> find(String name) {
        return Optional.ofNullable(providers.get(name));
    }

    /** All, by their names. */
    public Collection<Provider> all() {
        return providers.values();
    }

    /** Whether a provider lives there whose name says who it is. */
    boolean hasByName(String host) {
        return providers.values().stream()
                .filter(provider -> !provider.isAnybody())
                .anyMatch(provider -> provider.origin()
                        .map(origin -> URI.create(origin).getHost().equals(host))
                        .orElseGet(() -> provider.livesAt(host)));
    }

    private static Provider provider(String name, CatalogueConfig.Entry entry, AddressGuard guard) {
        return new Provider(
                name,
                entry.title(),
                entry.baseUrl().map(url -> origin(name, url, guard)),
                entry.hosts().orElse(List.of()),
                entry.header()
                        .map(header ->
                                new Provider.Position(header, entry.scheme().orElse(""))),
                entry.paths(),
                entry.check().map(target -> check(target, entry)),
                entry.modelInPath(),
                places(Optional.of(entry.requestModel())),
                places(entry.model()),
                places(entry.inputTokens()),
                places(entry.outputTokens()));
    }

    private static String origin(String name, String url, AddressGuard guard) {
        try {
            return BaseUrl.parse(url, guard).origin();
        } catch (RefusedDestinationException e) {
            throw new IllegalStateException("celune.broker.provider." + name + ".base-url: " + e.getMessage(), e);
        }
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
