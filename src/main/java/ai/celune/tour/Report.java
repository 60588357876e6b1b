package ai.celune.tour;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How each step ended. */
record Report(List<Line> lines) {

    /** One step; {@code status} is the HTTP status that decided it, null where none did. */
    record Line(String name, boolean ok, long ms, @Nullable Integer status, String detail) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%-6s %-16s %6d ms  %s", ok ? "ok" : "FAILED", name, ms, detail);
        }
    }

    boolean ok() {
        return lines.stream().allMatch(Line::ok);
    }

    String summary() {
        long held = lines.stream().filter(Line::ok).count();
        return ok() ? "All " + held + " steps held." : held + " of " + lines.size() + " steps held.";
    }

    String json() {
        ObjectNode document = new ObjectMapper().createObjectNode().put("ok", ok());
        ArrayNode steps = document.putArray("steps");
        for (Line line : lines) {
            steps.addObject()
                    .put("name", line.name())
                    .put("ok", line.ok())
                    .put("ms", line.ms())
                    .put("status", line.status())
                    .put("detail", line.detail());
        }
        return document.toPrettyString();
    }
}
