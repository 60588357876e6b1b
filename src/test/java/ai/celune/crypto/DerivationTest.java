package ai.celune.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class DerivationTest {
    private static final HexFormat HEX = HexFormat.of();

    /** RFC 5869, appendix A.1. */
    @Test
    void derivesTheFirstTestVector() {
        assertEquals(
                "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
                hkdf("0b".repeat(22), "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9", 42));
    }

    /** RFC 5869, appendix A.3: no salt, no info. */
    @Test
    void derivesWithoutSaltAndInfo() {
        assertEquals(
                "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
                hkdf("0b".repeat(22), "", "", 42));
    }

    @Test
    void refusesLengthsThatHkdfCannotGive() {
        assertThrows(IllegalArgumentException.class, () -> hkdf("00", "", "", 0));
        assertThrows(IllegalArgumentException.class, () -> hkdf("00", "", "", 8161));
        assertEquals(2 * 8160, hkdf("00", "", "", 8160).length());
    }

    /** FIPS 180-4: "abc". */
    @Test
    void hashesTheKnownValue() {
        String expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assertEquals(expected, HEX.formatHex(Digest.sha256("a".getBytes(UTF_8), "bc".getBytes(UTF_8))));
    }

    @Test
    void aListKeepsItsBorders() {
        byte[] one = Digest.ofList("ab".getBytes(UTF_8), "c".getBytes(UTF_8));
        byte[] other = Digest.ofList("a".getBytes(UTF_8), "bc".getBytes(UTF_8));
        assertNotEquals(HEX.formatHex(one), HEX.formatHex(other));
        assertFalse(Digest.equal(one, other));
        assertTrue(Digest.equal(one, one.clone()));
    }

    private static String hkdf(String secret, String salt, String info, int length) {
        return HEX.formatHex(Derivation.hkdf(HEX.parseHex(secret), HEX.parseHex(salt), HEX.parseHex(info), length));
    }
}
