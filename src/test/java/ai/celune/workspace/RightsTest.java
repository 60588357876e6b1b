package ai.celune.workspace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.security.Actor;
import ai.celune.security.PlatformPermissions;
import io.quarkus.security.StringPermission;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** R23: what the role allows now, cut down to what the credential may, and nothing more. */
class RightsTest {
    private static final Actor.Ref SESSION = Actor.Ref.session(new UUID(1, 1));
    private static final Actor.Ref KEY = Actor.Ref.apiKey(new UUID(2, 2));

    @Test
    void anUnknownRoleMayNothing() {
        assertEquals(Set.of(), RoleMatrix.permissions("superuser"));
        assertEquals(Set.of(), RoleMatrix.permissions(""));
        assertEquals(Set.of(), RoleMatrix.permissions("Owner"));
        assertEquals(Set.of(), EffectiveRights.rights(actor(SESSION, "superuser", null, false)));
        assertEquals(Set.of(), EffectiveRights.rights(actor(SESSION, null, null, false)));
    }

    @Test
    void anOwnerMayEverythingAndAllIsInOrder() {
        assertEquals(RoleMatrix.all(), RoleMatrix.permissions("owner"));
        List<String> sorted = new ArrayList<>(RoleMatrix.all());
        sorted.sort(null);
        assertEquals(sorted, List.copyOf(RoleMatrix.all()));
        assertEquals(List.of("admin", "auditor", "member", "owner"), List.copyOf(RoleMatrix.roles()));
    }

    @Test
    void aSessionHasTheRightsOfItsRole() {
        for (String role : RoleMatrix.roles()) {
            assertEquals(RoleMatrix.permissions(role), EffectiveRights.rights(actor(SESSION, role, null, false)));
        }
    }

    @Test
    void aKeyHasWhatBothRoleAndScopesAllow() {
        assertEquals(
                Set.of("audit:read"),
                EffectiveRights.rights(actor(KEY, "auditor", Set.of("audit:read", "members:write", "made:up"), false)));
        assertEquals(Set.of(), EffectiveRights.rights(actor(KEY, "owner", Set.of(), false)));
    }

    @Test
    void onlyASessionOfAnOperatorOperatesThePlatform() {
        assertEquals(Set.of(PlatformPermissions.OPERATE), EffectiveRights.rights(actor(SESSION, null, null, true)));
        assertEquals(Set.of(), EffectiveRights.rights(actor(KEY, null, null, true)));
        assertFalse(EffectiveRights.rights(actor(SESSION, "owner", null, false)).contains(PlatformPermissions.OPERATE));
    }

    @Test
    void anIdentityGetsExactlyItsRights() {
        SecurityIdentity before = QuarkusSecurityIdentity.builder()
                .setPrincipal(actor(KEY, "member", Set.of("api-keys:read", "audit:read"), false))
                .addPermissionsAsString(Set.of("workspace:own"))
                .build();
        SecurityIdentity after = augmented(before);
        assertEquals(
                Set.of("api-keys:read"),
                assertInstanceOf(Actor.class, after.getPrincipal()).permissions());
        assertTrue(after.checkPermissionBlocking(new StringPermission("api-keys", "read")));
        assertFalse(after.checkPermissionBlocking(new StringPermission("audit", "read")));
        assertFalse(after.checkPermissionBlocking(new StringPermission("workspace", "own")));
    }

    @Test
    void anIdentityThatIsNotOursStaysAsItIs() {
        SecurityIdentity other = QuarkusSecurityIdentity.builder()
                .setPrincipal(new QuarkusPrincipal("metrics"))
                .build();
        assertSame(other, augmented(other));
    }

    private static SecurityIdentity augmented(SecurityIdentity identity) {
        return new EffectiveRights()
                .augment(identity, work -> {
                    throw new AssertionError("nothing blocks");
                })
                .await()
                .indefinitely();
    }

    private static Actor actor(
            Actor.Ref credential, @Nullable String role, @Nullable Set<String> scopes, boolean operator) {
        Actor.Ref person = Actor.Ref.user(new UUID(3, 3));
        return new Actor(
                person,
                credential,
                null,
                person.id(),
                null,
                role,
                scopes,
                Set.of(),
                operator,
                null,
                null,
                Map.of(),
                null);
    }
}
