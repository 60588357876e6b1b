package ai.celune.tour;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StepsTest {
    @Test
    void stepWithoutItsGroundFailsUntried() {
        List<String> tried = new ArrayList<>();
        Steps steps = new Steps();
        steps.add("first", Set.of(), () -> {
            throw new StepFailure("expected 201, got 404", 404);
        });
        steps.add("second", Set.of("first"), () -> {
            tried.add("second");
            return new Steps.Held(200, "fine");
        });
        steps.add("third", Set.of(), () -> new Steps.Held(200, "fine"));

        Report report = steps.run(line -> {});

        assertFalse(report.ok());
        assertTrue(tried.isEmpty());
        assertEquals("needs first", report.lines().get(1).detail());
        assertEquals(404, report.lines().getFirst().status());
        assertTrue(report.lines().get(2).ok());
    }

    @Test
    void documentHasTheShapeOfTheContract() throws Exception {
        Steps steps = new Steps();
        steps.add("only", Set.of(), () -> new Steps.Held(null, "fine"));
        JsonNode document = new ObjectMapper().readTree(steps.run(line -> {}).json());
        assertTrue(document.path("ok").asBoolean());
        JsonNode step = document.path("steps").get(0);
        assertEquals("only", step.path("name").asText());
        assertTrue(step.path("ok").asBoolean());
        assertTrue(step.path("ms").isNumber());
        assertTrue(step.path("status").isNull());
        assertEquals("fine", step.path("detail").asText());
    }
}
