package ai.celune.tour;

import static ai.celune.tour.StepFailure.require;

import ai.celune.tour.Steps.Held;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Everything the tour did, and was refused, stands in the audit log. */
final class AuditSteps {
    private static final Set<String> EXPECTED = Set.of(
            "user.signed_up",
            "workspace.created",
            "session.created",
            "service_account.created",
            "api_key.created",
            "provider_key.created",
            "provider_key.used",
            "provider_key.use_completed",
            "provider_key.checked",
            "encryption_key.rotated",
            "request.denied",
            "request.limited",
            "api_key.revoked",
            "request.unauthenticated");
    private static final int TRIES = 10;
    private static final int MOST_PAGES = 20;

    private final World world;

    AuditSteps(World world) {
        this.world = world;
    }

    /** Completions and counts follow their facts within moments, so a missing one is looked for again. */
    Held complete() {
        Set<String> missing = EXPECTED;
        for (int i = 0; i < TRIES; i++) {
            List<JsonNode> events = events();
            missing = new TreeSet<>(EXPECTED);
            missing.removeAll(
                    events.stream().map(event -> event.path("action").asText()).toList());
            if (missing.isEmpty()) {
                check(events);
                return new Held(200, events.size() + " events tell all of it, and no key");
            }
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
        }
        throw new StepFailure("expected every fact in the audit log, got none of " + missing, 200);
    }

    private void check(List<JsonNode> events) {
        String all = events.toString();
        require(!all.contains(world.providerKey), "no provider key in the audit log", "it");
        require(!all.contains(world.agent.key()), "no API key in the audit log", "one");
        List<JsonNode> uses = events.stream()
                .filter(event -> event.path("action").asText().equals("provider_key.used"))
                .toList();
        boolean ofThisKey = uses.stream()
                .allMatch(event -> event.path("target").path("id").asText().equals(world.providerKeyId));
        require(ofThisKey, "each use to name the provider key", uses.toString());
        if (world.standIn != null) {
            long calls = world.standIn.calls().stream()
                    .filter(call -> call.authorization().contains(world.providerKey))
                    .count();
            require(calls <= uses.size(), "a recorded use for each of " + calls + " calls", uses.size() + " uses");
        }
    }

    private List<JsonNode> events() {
        List<JsonNode> events = new ArrayList<>();
        String cursor = "";
        for (int page = 0; page < MOST_PAGES; page++) {
            Reply reply = world.http
                    .get("/v1/audit/events?limit=200" + cursor, world.token)
                    .expect(200);
            reply.json().path("items").forEach(events::add);
            JsonNode next = reply.json().path("next");
            if (!next.isTextual()) {
                return events;
            }
            cursor = "&cursor=" + URLEncoder.encode(next.asText(), StandardCharsets.UTF_8);
        }
        throw new StepFailure("expected the audit log to end, got " + MOST_PAGES + " full pages", 200);
    }
}
