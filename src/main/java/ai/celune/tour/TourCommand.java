package ai.celune.tour;

import ai.celune.launcher.Arguments;
import ai.celune.launcher.Console;
import ai.celune.launcher.Refusal;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** {@code tour}: exit 0 only when every step held. */
public final class TourCommand {
    public static final String USAGE = """
            Usage: ./celune tour [--json] [--base-url URL --access-code CODE [--access-code CODE2] --provider-port N]
                                 [--provider-url URL --provider-key KEY]

            Does the main job once over real HTTP and says for each step whether it held.

              --json              one JSON document on standard output, progress on standard error
              --base-url URL      a Celune that already runs with profile local and was started with
                                  CELUNE_BROKER_PROVIDER_OPENAI_BASE_URL=http://127.0.0.1:N; without it the tour
                                  starts one on a temporary data directory
              --access-code CODE  its access code; a second one unless the first is the bootstrap code
              --provider-port N   port of the stand-in provider on 127.0.0.1
              --provider-url URL  a real provider with the OpenAI API instead of the stand-in
              --provider-key KEY  its key""";

    private TourCommand() {}

    public static int run(Arguments arguments, Console console) {
        TourOptions options = TourOptions.parse(arguments);
        Consumer<Report.Line> progress =
                line -> (options.json() ? console.errorStream() : console.outStream()).println(line);
        Report report;
        if (options.providerUrl() != null) {
            report = withService(options, options.providerUrl(), null, console, progress);
        } else {
            try (StandIn standIn = StandIn.start(options.providerPort())) {
                report = withService(options, standIn.url(), standIn, console, progress);
            }
        }
        console.out(options.json() ? report.json() : report.summary());
        return report.ok() ? 0 : 1;
    }

    private static Report withService(
            TourOptions options,
            String providerUrl,
            @Nullable StandIn standIn,
            Console console,
            Consumer<Report.Line> progress) {
        String baseUrl = options.baseUrl();
        if (baseUrl != null) {
            return tour(baseUrl, options.accessCodes(), standIn, options, progress);
        }
        try (ChildService child = ChildService.start(providerUrl)) {
            JsonNode ready = child.awaitReady(console);
            List<String> codes = List.of(ready.path("accessCode").asText());
            return tour(ready.path("baseUrl").asText(), codes, standIn, options, progress);
        } catch (Refusal refusal) {
            try (Http nowhere = new Http("")) {
                World world = new World(nowhere, List.of(), standIn, options.providerKey());
                return steps(world).none(String.valueOf(refusal.getMessage()), progress);
            }
        }
    }

    private static Report tour(
            String baseUrl,
            List<String> codes,
            @Nullable StandIn standIn,
            TourOptions options,
            Consumer<Report.Line> progress) {
        try (Http http = new Http(baseUrl)) {
            return steps(new World(http, codes, standIn, options.providerKey())).run(progress);
        }
    }

    private static Steps steps(World world) {
        IdentitySteps identity = new IdentitySteps(world);
        SecretSteps secrets = new SecretSteps(world);
        BrokerSteps broker = new BrokerSteps(world);
        GuardSteps guard = new GuardSteps(world);
        AuditSteps audit = new AuditSteps(world);
        Steps steps = new Steps();
        steps.add("sign-up", Set.of(), identity::signUp);
        steps.add("sign-in", Set.of("sign-up"), identity::signIn);
        steps.add("api-key", Set.of("sign-in"), identity::apiKey);
        steps.add("provider-key", Set.of("api-key"), secrets::store);
        steps.add("broker", Set.of("provider-key"), broker::plain);
        steps.add("broker-stream", Set.of("provider-key"), broker::streamed);
        steps.add("key-check", Set.of("provider-key"), secrets::check);
        steps.add("usage", Set.of("broker", "broker-stream"), broker::usage);
        steps.add("rotation", Set.of("broker"), () -> secrets.rotate(broker));
        steps.add("no-reveal", Set.of("provider-key"), secrets::noReveal);
        steps.add("other-workspace", Set.of("provider-key"), () -> secrets.otherWorkspace(identity));
        steps.add("missing-scope", Set.of("provider-key"), guard::missingScope);
        steps.add("rate-limit", Set.of("api-key"), guard::rateLimit);
        steps.add("revoke", Set.of("provider-key"), guard::revoke);
        steps.add("audit", Set.of("sign-in"), audit::complete);
        return steps;
    }
}
