package ai.celune.workspace;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which role has which permission (R23). The table reads like the one in docs/permissions.md, and a test compares the two. */
public final class RoleMatrix {
    private static final String O = "owner";
    private static final String A = "admin";
    private static final String M = "member";
    private static final String U = "auditor";

    private static final Map<String, List<String>> ROLES = Map.ofEntries(
            Map.entry("workspace:own", List.of(O)),
            Map.entry("settings:read", List.of(O, A, U)),
            Map.entry("settings:admin", List.of(O, A)),
            Map.entry("members:read", List.of(O, A, M, U)),
            Map.entry("members:write", List.of(O, A)),
            Map.entry("service-accounts:read", List.of(O, A, U)),
            Map.entry("service-accounts:write", List.of(O, A)),
            Map.entry("api-keys:read", List.of(O, A, M, U)),
            Map.entry("api-keys:write", List.of(O, A, M)),
            Map.entry("provider-keys:read", List.of(O, A, M, U)),
            Map.entry("provider-keys:write", List.of(O, A)),
            Map.entry("provider-keys:use", List.of(O, A, M)),
            Map.entry("audit:read", List.of(O, A, U)));

    private static final Map<String, Set<String>> PERMISSIONS =
            List.of(O, A, M, U).stream().collect(Collectors.toUnmodifiableMap(role -> role, RoleMatrix::column));

    private RoleMatrix() {}

    private static Set<String> column(String role) {
        return ROLES.entrySet().stream()
                .filter(row -> row.getValue().contains(role))
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** What a role may do; nothing for a role that we do not know. */
    public static Set<String> permissions(String role) {
        return PERMISSIONS.getOrDefault(role, Set.of());
    }

    /** What a role may do by a credential: all of it, or what of it the scopes name (R23). */
    public static Set<String> permissions(@Nullable String role, @Nullable Set<String> scopes) {
        Set<String> rights = new HashSet<>(role == null ? Set.of() : permissions(role));
        if (scopes != null) {
            rights.retainAll(scopes);
        }
        return rights;
    }

    /** Every permission there is, in alphabetical order. */
    public static Set<String> all() {
        return new TreeSet<>(ROLES.keySet());
    }

    public static Set<String> roles() {
        return new TreeSet<>(PERMISSIONS.keySet());
    }
}
