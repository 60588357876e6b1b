package ai.celune.packaged;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.celune.support.Comparison;
import ai.celune.support.PostgresResource;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Rows 3 and 8 of the performance page: whether a credential counts, and a sign-in by password, against Keycloak. The limiter is off. */
class IdentityBench {
    private static final int CONNECTIONS = 16;
    private static final int SECONDS = 4;
    private static final int RUNS_TO_WARM_UP = 6;
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String CLIENT = "bench";
    private static final String BASIC =
            "Basic " + Base64.getEncoder().encodeToString((CLIENT + ":" + Keycloak.SECRET).getBytes(UTF_8));

    private static OwnDatabase database;
    private static Service service;
    private static Keycloak keycloak;
    private static String owner;

    @BeforeAll
    static void start() throws Exception {
        database = OwnDatabase.asEmbedded(Path.of("target", "identity-bench").toAbsolutePath());
        service = Service.on("identity-bench", database.properties(), "http://127.0.0.1:1");
        service.compiledFully().start();
        owner = service.signUp(PostgresResource.BOOTSTRAP_CODE);
        keycloak = Keycloak.start(List.of(service.url()), Map.of("ada", List.of()));
        keycloak.addProgram(CLIENT, "celune");
    }

    @AfterAll
    static void stop() {
        keycloak.close();
        service.close();
        database.close();
    }

    @Test
    void verification() throws Exception {
        String asking = key("api-keys:read");
        String shown = key("settings:read");
        PgBench.Script said = Statements.script(Statements.of(database, () -> verify(asking, shown)).stream()
                .filter(line ->
                        line.role().equals("celune_authn") && !line.text().contains("credential_end"))
                .toList());
        PgBench pgbench = new PgBench(database, CONNECTIONS, SECONDS);
        Wrk wrk = new Wrk(CONNECTIONS, SECONDS);
        try (CachedVerification cached = CachedVerification.of(shown)) {
            Wrk.Request remembered = new Wrk.Request(
                    "POST", cached.url(), Map.of("Content-Type", "application/json"), "{\"key\":\"" + shown + "\"}");
            wrk.warmUp(remembered, RUNS_TO_WARM_UP);
            compare(
                    "Whether a credential counts, 16 connections, " + database.describe(),
                    CONNECTIONS,
                    () -> new Wrk.Request(
                            "POST",
                            keycloak.issuer() + "/protocol/openid-connect/token/introspect",
                            Map.of("Authorization", BASIC, "Content-Type", FORM),
                            "token=" + keycloak.tokenOf(CLIENT)),
                    () -> new Wrk.Request(
                            "POST",
                            service.url() + "/v1/api-keys/verify",
                            Map.of("Authorization", "Bearer " + asking, "Content-Type", "application/json"),
                            "{\"key\":\"" + shown + "\"}"),
                    comparison -> {
                        comparison.arm("a server that remembers keys", () -> figures(wrk.run(remembered)));
                        comparison.arm("pgbench, the same statements", () -> new double[] {
                            pgbench.run(
                                            said,
                                            "celune_authn",
                                            database.passwords().authn())
                                    .perSecond(),
                            Double.NaN,
                            Double.NaN
                        });
                    });
        }
    }

    private static void verify(String asking, String shown) throws Exception {
        service.require(200, "POST", "/v1/api-keys/verify", asking, "{\"key\":\"" + shown + "\"}");
    }

    @Test
    void signIn() throws Exception {
        // Parallel proofs of one account look like guesses.
        compare(
                "A sign-in by password, one at a time, " + database.describe(),
                1,
                () -> new Wrk.Request(
                        "POST",
                        keycloak.issuer() + "/protocol/openid-connect/token",
                        Map.of("Authorization", BASIC, "Content-Type", FORM),
                        "grant_type=password&username=ada&password=" + Keycloak.PASSWORD.replace(' ', '+')),
                () -> new Wrk.Request(
                        "POST",
                        service.url() + "/v1/auth/sign-in",
                        Map.of("Content-Type", "application/json"),
                        "{\"email\":\"owner@example.com\",\"password\":\"" + Service.PASSWORD + "\"}"),
                comparison -> {});
    }

    /** Made anew for each round: what it holds may end. */
    @FunctionalInterface
    private interface Call {
        Wrk.Request next() throws Exception;
    }

    private static void compare(String title, int connections, Call theirs, Call ours, Consumer<Comparison> others)
            throws Exception {
        Wrk wrk = new Wrk(connections, SECONDS);
        Comparison comparison = new Comparison(title, "calls/s", "p50 ms", "p99 ms");
        comparison.arm("Keycloak", () -> figures(wrk.run(theirs.next())));
        comparison.arm("Celune", () -> figures(wrk.run(ours.next())));
        others.accept(comparison);
        wrk.warmUp(theirs.next(), RUNS_TO_WARM_UP);
        wrk.warmUp(ours.next(), RUNS_TO_WARM_UP);
        comparison.rounds(1, 7).run();
    }

    private static double[] figures(Wrk.Result result) {
        return new double[] {result.perSecond(), result.p50(), result.p99()};
    }

    private static String key(String scope) throws Exception {
        return service.apiKey(owner, List.of(scope)).get("key").asText();
    }
}
