package ai.celune.contract;

import ai.celune.support.Api;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.regex.Pattern;

/** The operations of the OpenAPI document that the running service publishes. */
final class Operations {
    private static final Pattern PARAMETER = Pattern.compile("\\{(\\w+)}");
    private static final Path FILES = Path.of("src/test/resources/contract");

    private Operations() {}

    /** @param permission as the document tells it; empty for public operations */
    record Operation(
            String method, String path, String id, String permission, boolean hasBody, List<String> pathParameters) {
        boolean changes() {
            return !method.equals("GET") && !method.equals("HEAD");
        }

        /** Needs an identity provider, which OidcIT has. */
        boolean isOidc() {
            return path.startsWith("/v1/auth/oidc/");
        }

        /** Whether the session that called is over afterwards. */
        boolean endsTheSession() {
            return Set.of("AuthResource_signOut", "MeResource_signOutEverywhere", "MeResource_changePassword")
                    .contains(id);
        }

        boolean isBroker() {
            return path.startsWith("/v1/proxy/");
        }

        String name() {
            return method + " " + path;
        }

        /** The path with every parameter replaced by what {@code value} says for this operation and parameter. */
        String filled(BiFunction<Operation, String, String> value) {
            return PARAMETER.matcher(path).replaceAll(match -> value.apply(this, match.group(1)));
        }

        String filledAtRandom() {
            return filled((operation, parameter) -> switch (parameter) {
                case "provider" -> "openai";
                case "path" -> "v1/models";
                default -> UUID.randomUUID().toString();
            });
        }
    }

    static JsonNode document() {
        return Api.send("GET", "/q/openapi", null, null, "Accept", "application/json")
                .require(200)
                .json();
    }

    static List<Operation> all() {
        List<Operation> operations = new ArrayList<>();
        for (Map.Entry<String, JsonNode> path : document().path("paths").properties()) {
            for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
                List<String> parameters = new ArrayList<>();
                PARAMETER.matcher(path.getKey()).results().forEach(match -> parameters.add(match.group(1)));
                operations.add(new Operation(
                        method.getKey().toUpperCase(java.util.Locale.ROOT),
                        path.getKey(),
                        method.getValue().path("operationId").asText(),
                        method.getValue().path("x-permission").asText(),
                        method.getValue().at("/requestBody/content").has("application/json")
                                || path.getKey().startsWith("/v1/proxy/"),
                        parameters));
            }
        }
        return operations;
    }

    /** The lines of a published list; comments start with a number sign. */
    static Set<String> listed(String file) {
        try {
            Set<String> lines = new TreeSet<>(Files.readAllLines(FILES.resolve(file)));
            lines.removeIf(line -> line.isBlank() || line.startsWith("#"));
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fails when a golden file is not what it would be today, and leaves that version where it can be compared and copied. */
    static void assertGolden(String file, String actual) {
        try {
            Path golden = FILES.resolve(file);
            String expected = Files.exists(golden) ? Files.readString(golden) : "";
            if (!expected.equals(actual)) {
                Path now = Path.of("target", "contract", file);
                Files.createDirectories(now.getParent());
                Files.writeString(now, actual);
                throw new AssertionError(golden + " is out of date:\n" + difference(expected, actual)
                        + "If the change is meant, copy " + now + " over it; reviewers look at that diff.");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String difference(String expected, String actual) {
        Set<String> before = new TreeSet<>(List.of(expected.split("\n", -1)));
        Set<String> after = new TreeSet<>(List.of(actual.split("\n", -1)));
        StringBuilder difference = new StringBuilder();
        before.stream()
                .filter(line -> !after.contains(line))
                .forEach(line -> difference.append("- ").append(line).append('\n'));
        after.stream()
                .filter(line -> !before.contains(line))
                .forEach(line -> difference.append("+ ").append(line).append('\n'));
        return difference.toString();
    }
}
