package ai.celune.packaged;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The main job, end to end, by the launcher's own command. */
class TourIT {
    private static final List<String> STEPS = List.of(
            "sign-up",
            "sign-in",
            "api-key",
            "provider-key",
            "broker",
            "broker-stream",
            "key-check",
            "usage",
            "rotation",
            "no-reveal",
            "other-workspace",
            "missing-scope",
            "rate-limit",
            "revoke",
            "audit");

    @Test
    void everyStepOfTheTourHolds() throws Exception {
        Process tour = new ProcessBuilder("./celune", "tour", "--json")
                .redirectError(new File("target/tour.log"))
                .start();
        JsonNode report = new ObjectMapper().readTree(tour.getInputStream());
        assertTrue(tour.waitFor(120, TimeUnit.SECONDS));
        List<String> held = new ArrayList<>();
        report.get("steps").forEach(step -> {
            assertTrue(step.get("ok").asBoolean(), step::toString);
            held.add(step.get("name").asText());
        });
        assertEquals(STEPS, held);
        assertTrue(report.get("ok").asBoolean());
        assertEquals(0, tour.exitValue());
    }
}
