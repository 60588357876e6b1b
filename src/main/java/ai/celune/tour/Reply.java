package ai.celune.tour;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;

/** One complete answer of the service. */
record Reply(String request, int status, Map<String, List<String>> headers, String body) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int SHOWN = 160;

    Reply expect(int expected) {
        if (status != expected) {
            throw new StepFailure(request + ": expected " + expected + ", got " + this, status);
        }
        return this;
    }

    /** A problem document with this status and this code. */
    Reply expectProblem(int expected, String code) {
        expect(expected);
        String type = header("content-type");
        if (!type.startsWith("application/problem+json") || !code.equals(text("code"))) {
            throw new StepFailure(
                    request + ": expected a problem document with code " + code + ", got " + this, status);
        }
        return this;
    }

    JsonNode json() {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw new StepFailure(request + ": expected JSON, got " + this, status);
        }
    }

    /** The text at a top-level field, empty when it is absent or null. */
    String text(String field) {
        return json().path(field).asText("");
    }

    /** The text at a top-level field that must be there. */
    String required(String field) {
        String value = json().path(field).isNull() ? "" : text(field);
        if (value.isEmpty()) {
            throw new StepFailure(request + ": expected a field '" + field + "', got " + this, status);
        }
        return value;
    }

    String header(String name) {
        return headers.entrySet().stream()
                .filter(entry -> entry.getKey().equalsIgnoreCase(name))
                .map(entry -> String.join(", ", entry.getValue()))
                .findFirst()
                .orElse("");
    }

    /** Neither a header nor the body may hold it. */
    Reply expectNowhere(String secret, String what) {
        if (body.contains(secret) || headers.toString().contains(secret)) {
            throw new StepFailure(request + ": expected no " + what + " in the answer, got it back", status);
        }
        return this;
    }

    @Override
    public String toString() {
        String line = body.replaceAll("\\s+", " ").replaceAll("(clk_[a-z]+_|sk-)[0-9A-Za-z]+", "$1…");
        return status + (line.isBlank() ? "" : " " + (line.length() > SHOWN ? line.substring(0, SHOWN) + "…" : line));
    }
}
