package ai.celune.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class BindingTest {
    private static final UUID WORKSPACE = UUID.fromString("0190a5b2-3c4d-7e6f-8a9b-0c1d2e3f4a5b");
    private static final UUID RECORD = UUID.fromString("0190a5b2-3c4d-7e6f-8a9b-ffffffffffff");

    /** Computed by another program: changing the format would make every stored value unreadable. */
    @Test
    void contextIsWhatItWas() {
        assertEquals(
                "20b663df5bd079a78c68ed05c3d741594de8b45445a895243f3b3460ab4c4f9d",
                hex(new Binding(WORKSPACE, RECORD, "provider-key", 7)));
    }

    @Test
    void everyPartCounts() {
        Set<String> seen = new HashSet<>();
        for (UUID workspace : List.of(WORKSPACE, RECORD)) {
            for (UUID record : List.of(WORKSPACE, RECORD)) {
                for (String kind : List.of("a", "a-a", "aa", "provider-key")) {
                    for (int version : new int[] {1, 2, 256, Integer.MAX_VALUE}) {
                        assertTrue(seen.add(hex(new Binding(workspace, record, kind, version))));
                    }
                }
            }
        }
    }

    @Test
    void refusesKindsAndVersionsThatCannotBe() {
        for (String kind : List.of("", "Key", "a--b", "-a", "a-", "a_b", "a b", "ä")) {
            assertThrows(IllegalArgumentException.class, () -> new Binding(WORKSPACE, RECORD, kind, 1));
        }
        assertThrows(IllegalArgumentException.class, () -> new Binding(WORKSPACE, RECORD, "key", 0));
    }

    private static String hex(Binding binding) {
        return HexFormat.of().formatHex(binding.context());
    }
}
