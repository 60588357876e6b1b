package ai.celune.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class AesGcmTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final byte[] KEY = new byte[32];
    private static final byte[] NOTHING = {};
    private static final byte[] CONTEXT = "context".getBytes(UTF_8);
    private static final byte[] VALUE = "sk-0123456789".getBytes(UTF_8);

    /** McGrew and Viega, test cases 13 and 14: key and nonce of zeros. */
    @Test
    void opensKnownValues() {
        String nonce = "00".repeat(12);
        assertArrayEquals(NOTHING, open(KEY, NOTHING, hex(nonce + "530f8afbc74536b9a963b4f1c4cb738b")));
        assertArrayEquals(
                new byte[16],
                open(
                        KEY,
                        NOTHING,
                        hex(nonce + "cea7403d4d606b6e074ec5d3baf39d18" + "d0d1c8a799996bf0265b98b5d48ab919")));
    }

    @Test
    void sealsUnderAFreshNonce() {
        byte[] sealed = AesGcm.seal(KEY, CONTEXT, VALUE, RANDOM);
        assertEquals(12 + VALUE.length + 16, sealed.length);
        assertArrayEquals(VALUE, open(KEY, CONTEXT, sealed));
        byte[] again = AesGcm.seal(KEY, CONTEXT, VALUE, RANDOM);
        assertFalse(Arrays.equals(Arrays.copyOf(sealed, 12), Arrays.copyOf(again, 12)));
        assertFalse(Arrays.equals(sealed, again));
    }

    @Test
    void everyBitCounts() {
        byte[] sealed = AesGcm.seal(KEY, CONTEXT, VALUE, RANDOM);
        for (int bit = 0; bit < sealed.length * 8; bit++) {
            byte[] changed = sealed.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            refuses(KEY, CONTEXT, changed);
        }
        for (int length = 0; length < sealed.length; length++) {
            refuses(KEY, CONTEXT, Arrays.copyOf(sealed, length));
        }
        byte[] key = KEY.clone();
        key[31] = 1;
        refuses(key, CONTEXT, sealed);
        refuses(KEY, "Context".getBytes(UTF_8), sealed);
        refuses(KEY, NOTHING, sealed);
    }

    @Test
    void aKeyHasThirtyTwoBytes() {
        byte[] sealed = AesGcm.seal(KEY, CONTEXT, VALUE, RANDOM);
        for (int length : new int[] {0, 16, 24, 31, 33}) {
            assertThrows(IllegalArgumentException.class, () -> AesGcm.seal(new byte[length], CONTEXT, VALUE, RANDOM));
            assertThrows(IllegalArgumentException.class, () -> AesGcm.open(new byte[length], CONTEXT, sealed));
        }
    }

    private static void refuses(byte[] key, byte[] context, byte[] sealed) {
        assertThrows(SecretIntegrityException.class, () -> AesGcm.open(key, context, sealed));
    }

    private static byte[] open(byte[] key, byte[] context, byte[] sealed) {
        try (Secret opened = AesGcm.open(key, context, sealed)) {
            return opened.bytes().clone();
        }
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }
}
