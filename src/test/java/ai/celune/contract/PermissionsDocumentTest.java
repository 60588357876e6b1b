package ai.celune.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.celune.workspace.RoleMatrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page on permissions shows the matrix that is enforced (R83). */
class PermissionsDocumentTest {
    private static final String[] ROLES = {"owner", "admin", "member", "auditor"};
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z-]+:[a-z]+)` \\|(.*)\\|$");

    @Test
    void theTableIsTheMatrix() throws IOException {
        Map<String, Set<String>> documented = new TreeMap<>();
        var rows = ROW.matcher(Files.readString(Path.of("docs/permissions.md")));
        while (rows.find()) {
            String[] cells = rows.group(2).split("\\|", -1);
            Set<String> roles = documented.computeIfAbsent(rows.group(1), same -> new TreeSet<>());
            for (int i = 0; i < ROLES.length; i++) {
                if (cells[i].strip().equals("yes")) {
                    roles.add(ROLES[i]);
                }
            }
        }
        Map<String, Set<String>> enforced = new TreeMap<>();
        for (String permission : RoleMatrix.all()) {
            Set<String> roles = enforced.computeIfAbsent(permission, same -> new TreeSet<>());
            RoleMatrix.roles().stream()
                    .filter(role -> RoleMatrix.permissions(role).contains(permission))
                    .forEach(roles::add);
        }
        assertEquals(enforced, documented);
    }
}
