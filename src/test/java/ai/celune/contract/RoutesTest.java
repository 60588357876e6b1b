package ai.celune.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.vertx.http.ManagementInterface;
import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Nothing answers HTTP unseen (case 46). What JAX-RS serves stands in the OpenAPI document, where AccessMatrixTest finds it; every other handler stands in
 * {@code routes.txt} with its reason.
 */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class RoutesTest {
    /** In the text of a router, which alone shows the routers inside it. */
    private static final Pattern ROUTE = Pattern.compile(
            "RouteState\\{metadata=.*?path='(.*?)', name=.*?methods=(.*?), consumes=.*?Handlers=\\[(.*?)]");

    @Inject
    Router router;

    @Inject
    ManagementPort management;

    /** Holds the router of the other port, of which there is no bean. */
    @ApplicationScoped
    static class ManagementPort {
        private @Nullable Router router;

        void keep(@Observes ManagementInterface port) {
            router = port.router();
        }

        Router router() {
            return Objects.requireNonNull(router);
        }
    }

    @Test
    void everyRouteIsKnownWithItsReason() {
        Set<String> actual = new TreeSet<>(routes("main", router));
        actual.addAll(routes("management", management.router()));
        assertEquals(String.join("\n", Operations.listed("routes.txt")), String.join("\n", actual));
    }

    /** How often there is such a route, its port, path, methods and handlers; filters have no path. */
    private static Set<String> routes(String port, Router of) {
        String text = of.toString();
        var counted = ROUTE.matcher(text)
                .results()
                .map(RoutesTest::describe)
                .collect(Collectors.groupingBy(route -> route, Collectors.counting()));
        long routes = Pattern.compile("RouteState\\{").matcher(text).results().count();
        assertEquals(
                routes, counted.values().stream().mapToLong(Long::longValue).sum(), text);
        return counted.entrySet().stream()
                .map(route -> "%s %dx %s".formatted(port, route.getValue(), route.getKey()))
                .collect(Collectors.toSet());
    }

    private static String describe(MatchResult route) {
        String path = route.group(1).equals("null") ? "*" : route.group(1);
        String methods = route.group(2).equals("null") ? "ANY" : route.group(2);
        return "%s %s %s".formatted(path, methods, route.group(3).replaceAll("[$@][^,]*", ""));
    }
}
