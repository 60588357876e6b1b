package ai.celune.crypto.vault;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.crypto.Binding;
import ai.celune.crypto.Sealer;
import ai.celune.crypto.Sealer.Sealed;
import ai.celune.crypto.SealerContractTest;
import ai.celune.crypto.Secret;
import ai.celune.crypto.SecretIntegrityException;
import ai.celune.crypto.SecretKeyMissingException;
import ai.celune.crypto.SecretShreddedException;
import ai.celune.crypto.Store;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** R13 for a replica that seals by Vault and opens by the keyring, too; and beside it one that still seals by the keyring. */
class MovingVaultTest extends SealerContractTest {
    private static final byte[] VALUE = "sk-live-0123456789abcdef".getBytes(UTF_8);
    private static BothStores stores;

    /** Made when there was no Vault. */
    private UUID workspace;

    private Binding binding;

    @BeforeAll
    static void connect() throws IOException {
        stores = new BothStores();
    }

    @AfterAll
    static void disconnect() throws IOException {
        stores.close();
    }

    @BeforeEach
    void aWorkspaceOfTheKeyring() {
        workspace = UUID.randomUUID();
        binding = new Binding(workspace, UUID.randomUUID(), "provider-key", 1);
        stores.keyring().createKey(workspace);
    }

    @Override
    protected Sealer sealer() {
        return stores.sealingBy(Store.vault);
    }

    /** Of a workspace that was never in the keyring. */
    @Override
    protected Class<? extends RuntimeException> afterShred() {
        return SecretKeyMissingException.class;
    }

    @Override
    protected int repetitions() {
        return 1_000;
    }

    @Test
    void whatEitherReplicaSealsBothOpen() {
        String old = beside().seal(binding, VALUE);
        assertTrue(old.startsWith("ring:v1:"));
        String moved = sealer().seal(binding, VALUE);
        assertTrue(moved.startsWith("vault:v2:"));
        for (Sealer replica : List.of(sealer(), beside())) {
            for (String sealed : List.of(old, moved)) {
                assertOpens(replica, sealed);
            }
        }
    }

    @Test
    void aReplicaOfTheKeyringSealsForAWorkspaceThatOnlyVaultKnows() {
        UUID young = UUID.randomUUID();
        Binding place = new Binding(young, UUID.randomUUID(), "provider-key", 1);
        sealer().createKey(young);
        assertTrue(beside().seal(place, VALUE).startsWith("vault:v1:"));
        assertEquals(2, beside().rotateKey(young));
    }

    @Test
    void itsKeyInVaultBeginsAboveAllVersionsOfTheKeyring() {
        stores.keyring().rotateKey(workspace);
        stores.keyring().rotateKey(workspace);
        assertTrue(sealer().seal(binding, VALUE).startsWith("vault:v4:"));
        assertEquals(5, sealer().rotateKey(workspace));
    }

    @Test
    void rotatingMovesAndTheRestFollowsInOrder() {
        stores.keyring().rotateKey(workspace);
        String old = stores.keyring().seal(binding, VALUE);
        assertEquals(3, sealer().rotateKey(workspace));
        for (Sealer replica : List.of(sealer(), beside())) {
            Binding other = new Binding(workspace, UUID.randomUUID(), "provider-key", 1);
            List<Optional<String>> moved = replica.rewrap(
                    workspace,
                    List.of(
                            new Sealed(binding, old),
                            new Sealed(other, old),
                            new Sealed(binding, sealer().seal(binding, VALUE)),
                            new Sealed(binding, "plain")));
            assertEquals(
                    List.of(true, false, true, false),
                    moved.stream().map(Optional::isPresent).toList());
            for (int i : new int[] {0, 2}) {
                String text = moved.get(i).orElseThrow();
                assertTrue(text.startsWith("vault:v3:"), text);
                assertOpens(sealer(), text);
            }
        }
    }

    /** Otherwise what the keyring seals after the move has looked at a workspace would be lost with it. */
    @Test
    void onceInVaultAllReplicasSealAndRotateThere() {
        assertEquals(2, sealer().rotateKey(workspace));
        assertTrue(beside().seal(binding, VALUE).startsWith("vault:v2:"));
        assertEquals(3, beside().rotateKey(workspace));
        assertEquals(1, stores.keyring().newestVersion(workspace));
    }

    @Test
    void aRotationThatBeganInTheKeyringEndsInVault() {
        String old = stores.keyring().seal(binding, VALUE);
        assertEquals(2, beside().rotateKey(workspace));
        String moved = sealer().rewrap(workspace, List.of(new Sealed(binding, old)))
                .getFirst()
                .orElseThrow();
        assertTrue(moved.startsWith("vault:v3:"));
        sealer().raiseMinimum(workspace, 2);
        assertOpens(sealer(), moved);
    }

    @Test
    void raisingInVaultLeavesTheKeyringAsItIs() {
        String old = stores.keyring().seal(binding, VALUE);
        int version = sealer().rotateKey(workspace);
        beside().raiseMinimum(workspace, version);
        assertOpens(sealer(), old);
        assertOpens(sealer(), sealer().seal(binding, VALUE));
    }

    @Test
    void valuesOfAWorkspaceThatTheKeyringDoesNotKnowDoNotOpenAndStopNothing() {
        UUID young = UUID.randomUUID();
        Binding place = new Binding(young, UUID.randomUUID(), "provider-key", 1);
        sealer().createKey(young);
        String foreign = stores.keyring().seal(binding, VALUE);
        assertEquals(List.of(Optional.empty()), sealer().rewrap(young, List.of(new Sealed(place, foreign))));
    }

    @Test
    void shreddedIsShreddedInBoth() {
        String old = stores.keyring().seal(binding, VALUE);
        String moved = sealer().seal(binding, VALUE);
        beside().shred(workspace);
        for (Sealer replica : List.of(sealer(), beside())) {
            assertThrows(SecretShreddedException.class, () -> replica.open(binding, old));
            assertThrows(SecretShreddedException.class, () -> replica.open(binding, moved));
            assertThrows(SecretShreddedException.class, () -> replica.seal(binding, VALUE));
            assertThrows(SecretShreddedException.class, () -> replica.rotateKey(workspace));
            assertThrows(SecretShreddedException.class, () -> replica.createKey(workspace));
            assertThrows(
                    SecretShreddedException.class, () -> replica.rewrap(workspace, List.of(new Sealed(binding, old))));
        }
        assertThrows(SecretKeyMissingException.class, () -> stores.vault().open(binding, moved));
    }

    /** Case 7: what was shredded before the move gets no key in Vault by being moved. */
    @Test
    void whatTheKeyringHasDestroyedDoesNotReappearInVault() {
        stores.keyring().shred(workspace);
        assertThrows(SecretShreddedException.class, () -> sealer().rotateKey(workspace));
        assertThrows(SecretShreddedException.class, () -> sealer().seal(binding, VALUE));
        assertTrue(stores.vault().newestVersion(workspace).isEmpty());
    }

    /** Case 7: that replica has looked for a key in Vault before there was one. */
    @Test
    void aKeyThatIsMadeWhileAnotherReplicaDestroysTheWorkspaceIsTakenBack() {
        stores.whileKeyIsMade(() -> stores.sealingBy(Store.vault).shred(workspace));
        try {
            assertThrows(SecretShreddedException.class, () -> sealer().rotateKey(workspace));
        } finally {
            stores.whileKeyIsMade(() -> {});
        }
        assertTrue(stores.vault().newestVersion(workspace).isEmpty());
    }

    /** As another replica leaves it that made the key while this one destroyed the workspace. */
    @Test
    void aKeyOfVaultsThatIsLeftOverOpensAndSealsNothing() {
        stores.keyring().shred(workspace);
        stores.vault().createKey(workspace);
        String sealed = stores.vault().seal(binding, VALUE);
        assertThrows(SecretShreddedException.class, () -> sealer().open(binding, sealed));
        assertThrows(SecretShreddedException.class, () -> sealer().seal(binding, VALUE));
        sealer().shred(workspace);
        assertThrows(SecretKeyMissingException.class, () -> stores.vault().open(binding, sealed));
    }

    @Test
    void versionsThatTheKeyringDroppedStayDropped() {
        String old = stores.keyring().seal(binding, VALUE);
        stores.keyring().rotateKey(workspace);
        stores.keyring().raiseMinimum(workspace, 2);
        assertThrows(SecretIntegrityException.class, () -> sealer().open(binding, old));
        assertEquals(List.of(Optional.empty()), sealer().rewrap(workspace, List.of(new Sealed(binding, old))));
    }

    private Sealer beside() {
        return stores.sealingBy(Store.keyring);
    }

    private void assertOpens(Sealer replica, String sealed) {
        try (Secret opened = replica.open(binding, sealed)) {
            assertArrayEquals(VALUE, opened.bytes());
        }
    }
}
