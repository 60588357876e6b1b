package ai.celune.support;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpHeaders;
import java.util.UUID;
import java.util.stream.StreamSupport;

/** An answer of the service under test. */
public record Reply(String request, int status, HttpHeaders headers, String text) {
    /** This answer, if it has the status that a set-up or a test cannot go on without. */
    public Reply require(int expected) {
        if (status != expected) {
            throw new AssertionError(request + ": expected " + expected + ", got " + status + " " + text);
        }
        return this;
    }

    public JsonNode json() {
        return Api.parse(text);
    }

    /** A field of the body as text; empty when it is absent. */
    public String field(String name) {
        return json().path(name).asText();
    }

    public UUID id() {
        return UUID.fromString(field("id"));
    }

    /** The stable code of a problem document. */
    public String code() {
        return field("code");
    }

    public String header(String name) {
        return headers.firstValue(name).orElse("");
    }

    /** The body without what differs from request to request. */
    public String withoutRequestId() {
        return text.replaceAll("\"requestId\":\"[^\"]*\"", "\"requestId\":\"\"");
    }

    /** The items of a list. */
    public Iterable<JsonNode> items() {
        return json().path("items");
    }

    public boolean lists(UUID id) {
        return StreamSupport.stream(items().spliterator(), false)
                .anyMatch(item -> item.path("id").asText().equals(id.toString()));
    }
}
