package ai.celune.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** R13: what every sealer promises. A sealer's own test extends this class and adds only what is particular to it. */
public abstract class SealerContractTest {
    private static final byte[] VALUE = "sk-live-0123456789abcdef".getBytes(UTF_8);

    private UUID workspace = UUID.randomUUID();
    private Binding binding = binding(workspace);

    protected abstract Sealer sealer();

    /** What a shredded workspace answers; a store that cannot know says that the key is missing. */
    protected abstract Class<? extends RuntimeException> afterShred();

    /** How often one value is sealed to look for a repetition; a sealer behind a network may ask for fewer. */
    protected int repetitions() {
        return 100_000;
    }

    @BeforeEach
    void newWorkspace() {
        workspace = UUID.randomUUID();
        binding = binding(workspace);
        sealer().createKey(workspace);
    }

    @Test
    void opensWhatItSealed() {
        for (int length : new int[] {0, 1, 15, 16, 17, 8192}) {
            byte[] value = new byte[length];
            new Random(length).nextBytes(value);
            try (Secret opened = sealer().open(binding, sealer().seal(binding, value))) {
                assertArrayEquals(value, opened.bytes());
            }
        }
    }

    @Test
    void sealedValuesHaveTheFormatThatTheDatabaseChecks() {
        assertTrue(sealer().seal(binding, VALUE).matches("^(vault|ring):v[1-9][0-9]*:[A-Za-z0-9+/]+=*$"));
    }

    @Test
    void leavesThePlaintextToItsOwner() {
        byte[] value = VALUE.clone();
        sealer().seal(binding, value);
        assertArrayEquals(VALUE, value);
    }

    @Test
    void doesNotOpenInAnotherRow() {
        refuses(new Binding(workspace, UUID.randomUUID(), binding.kind(), 1), sealer().seal(binding, VALUE));
    }

    @Test
    void doesNotOpenInAnotherWorkspace() {
        UUID other = UUID.randomUUID();
        sealer().createKey(other);
        refuses(new Binding(other, binding.record(), binding.kind(), 1), sealer().seal(binding, VALUE));
    }

    @Test
    void doesNotOpenAsAnotherKind() {
        refuses(new Binding(workspace, binding.record(), "slack-token", 1), sealer().seal(binding, VALUE));
    }

    @Test
    void doesNotOpenAnOlderValueInANewerRow() {
        refuses(new Binding(workspace, binding.record(), binding.kind(), 2), sealer().seal(binding, VALUE));
    }

    @Test
    void doesNotOpenUnderAnEditedKeyVersion() {
        String sealed = sealer().seal(binding, VALUE);
        sealer().rotateKey(workspace);
        refuses(binding, sealed.replace(":v1:", ":v2:"));
        refuses(binding, sealed.replace(":v1:", ":v3:"));
        refuses(binding, sealed.replace(":v1:", ":v0:"));
        refuses(binding, sealed.replace(":v1:", ":v99999999999999999999:"));
    }

    @Test
    void doesNotOpenWithAnyBitFlipped() {
        String sealed = sealer().seal(binding, VALUE);
        int body = sealed.lastIndexOf(':') + 1;
        byte[] bytes = Base64.getDecoder().decode(sealed.substring(body));
        for (int bit = 0; bit < bytes.length * Byte.SIZE; bit++) {
            byte[] changed = bytes.clone();
            changed[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            refuses(binding, sealed.substring(0, body) + Base64.getEncoder().encodeToString(changed));
        }
    }

    @Test
    void doesNotOpenWhenTruncated() {
        String sealed = sealer().seal(binding, VALUE);
        for (int end = 0; end < sealed.length(); end++) {
            refuses(binding, sealed.substring(0, end));
        }
    }

    @Test
    void doesNotOpenWhatItNeverSealed() {
        for (String text : new String[] {"", "ring:v1:", "vault:v1:AAAA", "plain", "ring:v1:AAAA\n", "ring:v1:A A="}) {
            refuses(binding, text);
        }
    }

    @Test
    void sealsOneValueDifferentlyEachTime() {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < repetitions(); i++) {
            assertTrue(seen.add(sealer().seal(binding, VALUE)));
        }
    }

    @Test
    void opensOlderKeyVersionsAfterRotation() {
        String sealed = sealer().seal(binding, VALUE);
        sealer().rotateKey(workspace);
        assertNotEquals(version(sealed), version(sealer().seal(binding, VALUE)));
        assertOpens(sealed);
    }

    @Test
    void rewrapsToTheNewestKeyVersionWithoutChangingTheValue() {
        String sealed = sealer().seal(binding, VALUE);
        sealer().rotateKey(workspace);
        String rewrapped = rewrap(binding, sealed).orElseThrow();
        assertEquals("v2", version(rewrapped));
        assertOpens(rewrapped);
    }

    @Test
    void rotationTellsTheVersionThatSealsFromNowOn() {
        int version = sealer().rotateKey(workspace);
        assertEquals("v" + version, version(sealer().seal(binding, VALUE)));
        assertEquals(2, version);
        assertEquals(3, sealer().rotateKey(workspace));
    }

    @Test
    void versionsBelowTheMinimumOpenNothing() {
        String first = sealer().seal(binding, VALUE);
        sealer().rotateKey(workspace);
        String second = sealer().seal(binding, VALUE);
        sealer().rotateKey(workspace);
        sealer().raiseMinimum(workspace, 2);
        sealer().raiseMinimum(workspace, 2);
        refuses(binding, first);
        assertEquals(Optional.empty(), rewrap(binding, first));
        assertOpens(second);
        assertOpens(sealer().seal(binding, VALUE));
    }

    @Test
    void doesNotRewrapForAnotherRow() {
        String sealed = sealer().seal(binding, VALUE);
        sealer().rotateKey(workspace);
        assertEquals(Optional.empty(), rewrap(binding(workspace), sealed));
    }

    /** Case 10: one corrupt item spoils none of its neighbours. */
    @Test
    void rewrapsTheGoodItemsOfABatchInTheirOrder() {
        List<Sealer.Sealed> batch = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Binding one = binding(workspace);
            String sealed = sealer().seal(one, ("value " + i).getBytes(UTF_8));
            batch.add(new Sealer.Sealed(i == 41 ? binding : one, sealed));
        }
        sealer().rotateKey(workspace);
        List<Optional<String>> rewrapped = sealer().rewrap(workspace, batch);
        for (int i = 0; i < 100; i++) {
            assertEquals(i != 41, rewrapped.get(i).isPresent());
            if (i != 41) {
                String sealed = rewrapped.get(i).orElseThrow();
                assertEquals("v2", version(sealed));
                try (Secret opened = sealer().open(batch.get(i).binding(), sealed)) {
                    assertArrayEquals(("value " + i).getBytes(UTF_8), opened.bytes());
                }
            }
        }
    }

    @Test
    void creatingAKeyTwiceKeepsTheFirst() {
        String sealed = sealer().seal(binding, VALUE);
        sealer().createKey(workspace);
        assertEquals("v1", version(sealer().seal(binding, VALUE)));
        assertOpens(sealed);
    }

    @Test
    void neverCreatesAMissingKeyByUse() {
        Binding unknown = binding(UUID.randomUUID());
        String foreign = sealer().seal(binding, VALUE);
        assertThrows(SecretKeyMissingException.class, () -> sealer().seal(unknown, VALUE));
        assertThrows(SecretKeyMissingException.class, () -> sealer().open(unknown, foreign));
        assertThrows(SecretKeyMissingException.class, () -> rewrap(unknown, foreign));
        assertThrows(SecretKeyMissingException.class, () -> sealer().rotateKey(unknown.workspace()));
        assertThrows(SecretKeyMissingException.class, () -> sealer().seal(unknown, VALUE));
    }

    @Test
    void shreddingIsFinal() {
        String sealed = sealer().seal(binding, VALUE);
        assertOpens(sealed);
        sealer().shred(workspace);
        sealer().shred(workspace);
        assertThrows(afterShred(), () -> sealer().open(binding, sealed));
        assertThrows(afterShred(), () -> sealer().seal(binding, VALUE));
        assertThrows(afterShred(), () -> rewrap(binding, sealed));
        assertThrows(afterShred(), () -> sealer().rotateKey(workspace));
        assertThrows(afterShred(), () -> sealer().open(binding, sealed));
    }

    @Test
    void shreddingOneWorkspaceLeavesTheOthers() {
        UUID other = UUID.randomUUID();
        sealer().createKey(other);
        String sealed = sealer().seal(binding, VALUE);
        sealer().shred(other);
        assertOpens(sealed);
    }

    private void assertOpens(String sealed) {
        try (Secret opened = sealer().open(binding, sealed)) {
            assertArrayEquals(VALUE, opened.bytes());
        }
    }

    private void refuses(Binding where, String sealed) {
        assertThrows(SecretIntegrityException.class, () -> sealer().open(where, sealed), sealed);
    }

    private Optional<String> rewrap(Binding where, String sealed) {
        return sealer().rewrap(where.workspace(), List.of(new Sealer.Sealed(where, sealed)))
                .getFirst();
    }

    private static String version(String sealed) {
        return sealed.split(":", -1)[1];
    }

    private static Binding binding(UUID workspace) {
        return new Binding(workspace, UUID.randomUUID(), "provider-key", 1);
    }
}
