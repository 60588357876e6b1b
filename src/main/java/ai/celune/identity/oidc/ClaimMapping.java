package ai.celune.identity.oidc;

import ai.celune.identity.oidc.OidcConfig.Settings;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which role the claims of an ID token give: application roles before groups, and of either the first in the order of the configuration that the person
 * has.
 *
 * @param roles value of the roles claim to role
 * @param groups value of the groups claim to role
 */
record ClaimMapping(String rolesClaim, Map<String, String> roles, String groupsClaim, Map<String, String> groups) {
    static ClaimMapping of(String provider, Settings settings) {
        return new ClaimMapping(
                settings.rolesClaim(),
                pairs(provider + ".roles", settings.roles().orElse(List.of())),
                settings.groupsClaim(),
                pairs(provider + ".groups", settings.groups().orElse(List.of())));
    }

    private static Map<String, String> pairs(String property, List<String> written) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String pair : written) {
            int equals = pair.lastIndexOf('=');
            Provider.require(property, equals > 0, "must be a list of value=role");
            pairs.putIfAbsent(
                    pair.substring(0, equals).strip(),
                    pair.substring(equals + 1).strip());
        }
        return pairs;
    }

    Optional<String> role(JsonObject claims) {
        return first(roles, claims, rolesClaim).or(() -> first(groups, claims, groupsClaim));
    }

    /** Whether the person is in more groups than fit into a token, so that it only says where to ask for them (OpenID Connect Core, section 5.6.2). */
    boolean overage(JsonObject claims) {
        return !groups.isEmpty()
                && (Boolean.TRUE.equals(claims.getValue("hasgroups"))
                        || (claims.getValue("_claim_names") instanceof JsonObject elsewhere
                                && elsewhere.containsKey(groupsClaim)));
    }

    private static Optional<String> first(Map<String, String> pairs, JsonObject claims, String claim) {
        Set<String> held = claims.getValue(claim) instanceof JsonArray list
                ? list.stream()
                        .filter(String.class::isInstance)
                        .map(String.class::cast)
                        .collect(Collectors.toSet())
                : Set.of();
        return pairs.entrySet().stream()
                .filter(pair -> held.contains(pair.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
    }
}
