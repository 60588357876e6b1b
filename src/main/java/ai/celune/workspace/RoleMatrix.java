package ai.celune.workspace;

import ai.celune.security.Actor;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
            Map.entry("roles:read", List.of(O, A, U)),
            Map.entry("roles:write", List.of(O, A)),
            Map.entry("api-keys:read", List.of(O, A, M, U)),
            Map.entry("api-keys:write", List.of(O, A, M)),
            Map.entry("provider-keys:read", List.of(O, A, M, U)),
            Map.entry("provider-keys:write", List.of(O, A)),
            Map.entry("provider-keys:use", List.of(O, A, M)),
            Map.entry("slack:read", List.of(O, A, M, U)),
            Map.entry("slack:write", List.of(O, A)),
            Map.entry("slack:use", List.of(O, A, M)),
            Map.entry("audit:read", List.of(O, A, U)),
            Map.entry("analytics:read", List.of(O, A, M, U)));

    private static final Map<String, Set<String>> PERMISSIONS =
            List.of(O, A, M, U).stream().collect(Collectors.toUnmodifiableMap(role -> role, RoleMatrix::column));

    private static final List<RoleView> BUILT_IN = Stream.of(O, A, M, U)
            .map(role -> new RoleView(
                    new UUID(0, List.of(O, A, M, U).indexOf(role) + 1L),
                    role,
                    true,
                    permissions(role).stream().sorted().toList()))
            .toList();

    private RoleMatrix() {}

    private static Set<String> column(String role) {
        return ROLES.entrySet().stream()
                .filter(row -> row.getValue().contains(role))
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** What a built-in role may do; nothing for any other. */
    public static Set<String> permissions(String role) {
        return PERMISSIONS.getOrDefault(role, Set.of());
    }

    /** What an actor may do: all that its role allows, by this table or by its workspace's own definition, or what of it the scopes name (R23). */
    public static Set<String> rights(Actor actor) {
        String role = actor.role();
        Set<String> rights =
                new HashSet<>(role == null || PERMISSIONS.containsKey(role) ? Set.of() : actor.permissions());
        rights.retainAll(ROLES.keySet());
        if (role != null) {
            rights.addAll(permissions(role));
        }
        if (actor.scopes() != null) {
            rights.retainAll(actor.scopes());
        }
        return rights;
    }

    /** Every permission there is, in alphabetical order. */
    public static Set<String> all() {
        return new TreeSet<>(ROLES.keySet());
    }

    /** The table, row by row in alphabetical order. */
    static List<PermissionView> table() {
        return ROLES.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(row -> new PermissionView(row.getKey(), row.getValue()))
                .toList();
    }

    /** The roles of every workspace, in the order of the table's columns, with ids below all others. */
    static List<RoleView> builtIn() {
        return BUILT_IN;
    }

    public static Set<String> roles() {
        return new TreeSet<>(PERMISSIONS.keySet());
    }
}
