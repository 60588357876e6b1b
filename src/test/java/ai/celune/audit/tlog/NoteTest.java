package ai.celune.audit.tlog;

import static ai.celune.audit.tlog.Trees.assertRefused;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.celune.audit.tlog.RefusedException.Reason;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** T22: notes and their keys are read as signed-note says, and in no other way. */
class NoteTest {
    private static final String SPECIFIED_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    private static final String SPECIFIED_NOTE = """
            This is an example message.

            \u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
            """;
    private static final Keys LOG = new Keys("example.com/log", SignatureType.ED25519);
    private static final Keys OTHER = new Keys("example.com/log", SignatureType.ED25519);
    private static final String LINE = LOG.sign("text\n").line();

    @Test
    void theVectorOfTheSpecificationHolds() {
        VerifierKey key = VerifierKey.parse(SPECIFIED_KEY);
        assertEquals("example.com/foo", key.name());
        assertEquals(0x530d903a, key.id());
        assertEquals(SignatureType.ED25519, key.type());
        assertEquals(SPECIFIED_KEY, key.toString());
        SignedNote note = SignedNote.parse(SPECIFIED_NOTE.getBytes(UTF_8));
        assertEquals("This is an example message.\n", note.text());
        assertEquals(1, note.verify(List.of(key)).size());
        assertEquals(SPECIFIED_NOTE, note.toString());
    }

    @Test
    void everyBitOfTextAndSignatureIsSigned() {
        byte[] note = LOG.signed("text\n").bytes();
        for (int at = 0; at < note.length; at++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] changed = note.clone();
                changed[at] ^= (byte) (1 << bit);
                assertThrows(
                        RefusedException.class, () -> SignedNote.parse(changed).verify(List.of(LOG.key())));
            }
        }
    }

    @Test
    void theTextMayHaveEmptyLinesAndSignaturesOfItsOwn() {
        for (String text :
                List.of("\n", "a\n\n", "a\n\nb\n", "a\n\n" + LINE + "\n\nb\n", "\u00a0\u007f\ufeff\ud83d\ude00\n")) {
            SignedNote note = SignedNote.parse(LOG.signed(text).bytes());
            assertEquals(text, note.text());
            assertEquals(1, note.verify(List.of(LOG.key())).size());
        }
    }

    @Test
    void whatIsNoNoteIsRefused() {
        for (String text : List.of(
                "",
                "\n",
                "text\n",
                "text\n\n",
                "\n" + LINE + "\n",
                "text\n" + LINE + "\n",
                "text\n\n" + LINE,
                "text\n\n" + LINE + "\n\n",
                "text\n\n\n" + LINE + "\n" + "\n",
                "text\n\n" + LINE + "\n \n",
                "text\r\n\r\n" + LINE + "\r\n",
                "text\r\n\n" + LINE + "\n",
                "te\0xt\n\n" + LINE + "\n",
                "te\txt\n\n" + LINE + "\n",
                "te\u001fxt\n\n" + LINE + "\n",
                "text\n\n" + LINE + "\n" + LINE.substring(1) + "\n",
                "text\n\n-" + LINE.substring(1) + "\n",
                "text\n\n\u2014" + LINE.substring(2) + "\n",
                "text\n\n " + LINE + "\n",
                "text\n\n" + LINE + " \n",
                "text\n\n" + LINE + " x\n",
                "text\n\n" + LINE + "\u2028\n",
                "text\n\n" + LINE + "=\n",
                "text\n\n" + LINE.substring(0, LINE.length() - 1) + "\n",
                "text\n\n\u2014  " + LINE.substring(LINE.lastIndexOf(' ') + 1) + "\n")) {
            assertRefused(Reason.MALFORMED, () -> SignedNote.parse(text.getBytes(UTF_8)));
        }
        assertRefused(Reason.MALFORMED, () -> SignedNote.parse(("te\u00fcxt\n\n" + LINE + "\n").getBytes(ISO_8859_1)));
    }

    /** The base64 of a signature has one spelling, and holds a key id and at least one byte more. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "AAAA",
                "AAAAAA==",
                "AAAAAAE",
                "AAAAAAF=",
                "AAAAAA-_AAA=",
                "AAAAAAE=AAAAAAE=",
                "AAAA AAE=",
                "@AAAAAAE="
            })
    void aSignatureHasOneSpelling(String base64) {
        byte[] note = ("text\n\n\u2014 name " + base64 + "\n").getBytes(UTF_8);
        assertRefused(Reason.MALFORMED, () -> SignedNote.parse(note));
        assertEquals(
                1,
                SignedNote.parse("text\n\n\u2014 name AAAAAAE=\n".getBytes(UTF_8))
                        .signatures()
                        .size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a b",
                "a+b",
                "a\u0085b",
                "a\u00a0b",
                "a\u1680",
                "\u2003a",
                "a\u2028",
                "a\u202f",
                "a\u205f",
                "a\u3000"
            })
    void aKeyNameHasNoSpaceAndNoPlus(String name) {
        assertThrows(IllegalArgumentException.class, () -> VerifierKey.of(name, SignatureType.ED25519, new byte[32]));
        assertThrows(IllegalArgumentException.class, () -> new NoteSignature(name, 0, new byte[1]));
        assertRefused(
                Reason.MALFORMED, () -> SignedNote.parse(("text\n\n\u2014 " + name + " AAAAAAE=\n").getBytes(UTF_8)));
    }

    @Test
    void signaturesOfUnknownKeysAreIgnored() {
        SignedNote note = OTHER.signed("text\n").with(LOG.sign("text\n"));
        assertEquals(
                List.of(LOG.key().id()),
                note.verify(List.of(LOG.key())).stream()
                        .map(NoteSignature::keyId)
                        .toList());
        assertEquals(2, note.verify(List.of(LOG.key(), OTHER.key())).size());
        SignedNote sameId = SignedNote.of("text\n")
                .with(new NoteSignature("other", LOG.key().id(), new byte[64]))
                .with(LOG.sign("text\n"));
        assertEquals(1, sameId.verify(List.of(LOG.key())).size());
    }

    @Test
    void aBadSignatureOfAKnownKeySpoilsTheNote() {
        NoteSignature bad = OTHER.sign("another text\n");
        for (SignedNote note : List.of(
                LOG.signed("text\n").with(bad),
                OTHER.signed("text\n").with(bad),
                SignedNote.of("text\n").with(bad).with(OTHER.sign("text\n")))) {
            assertRefused(
                    Reason.BAD_SIGNATURE, () -> SignedNote.parse(note.bytes()).verify(List.of(LOG.key(), OTHER.key())));
        }
        assertEquals(
                1, LOG.signed("text\n").with(bad).verify(List.of(LOG.key())).size());
    }

    @Test
    void aSignatureHasTheLengthOfItsKind() {
        byte[] good = LOG.sign("text\n").bytes();
        for (int length : List.of(1, 63, 65, 128)) {
            NoteSignature bad = new NoteSignature(LOG.key().name(), LOG.key().id(), Arrays.copyOf(good, length));
            assertRefused(
                    Reason.BAD_SIGNATURE,
                    () -> SignedNote.of("text\n").with(bad).verify(List.of(LOG.key())));
        }
    }

    @Test
    void aNoteWithoutAKnownSignatureIsNotBelieved() {
        assertRefused(Reason.UNSIGNED, () -> LOG.signed("text\n").verify(List.of(OTHER.key())));
        assertRefused(Reason.UNSIGNED, () -> LOG.signed("text\n").verify(List.of()));
        assertRefused(Reason.UNSIGNED, () -> SignedNote.of("text\n").verify(List.of(LOG.key())));
    }

    /** The specification wants 16 read; size and number are bounded above that. */
    @Test
    void manySignaturesAreReadAndTooManyRefused() {
        for (int count : List.of(16, 17, 100)) {
            List<NoteSignature> signatures = IntStream.range(0, count)
                    .mapToObj(i -> new NoteSignature("w" + i, i, new byte[2_428]))
                    .toList();
            assertEquals(
                    count,
                    SignedNote.parse(new SignedNote("text\n", signatures).bytes())
                            .signatures()
                            .size());
        }
        SignedNote many = new SignedNote("text\n", Collections.nCopies(101, LOG.sign("text\n")));
        assertRefused(Reason.TOO_LARGE, () -> SignedNote.parse(many.bytes()));
        assertRefused(
                Reason.TOO_LARGE,
                () -> SignedNote.parse(LOG.signed("x".repeat(1 << 20) + "\n").bytes()));
    }

    @Test
    void whatCannotBeTheTextOfANoteIsNotMadeOne() {
        for (String text : List.of("", "text", "te\rxt\n", "te\0xt\n", "\ud800\n")) {
            assertThrows(IllegalArgumentException.class, () -> SignedNote.of(text));
        }
    }

    @Test
    void aKeyHasOneSpelling() {
        for (int begin = 0; begin <= SPECIFIED_KEY.length(); begin++) {
            for (int end = begin; end <= SPECIFIED_KEY.length(); end++) {
                String part = SPECIFIED_KEY.substring(begin, end);
                if (!part.equals(SPECIFIED_KEY)) {
                    assertThrows(RefusedException.class, () -> VerifierKey.parse(part));
                }
            }
            String changed = SPECIFIED_KEY.substring(0, begin) + "B"
                    + SPECIFIED_KEY.substring(Math.min(begin + 1, SPECIFIED_KEY.length()));
            assertThrows(RefusedException.class, () -> VerifierKey.parse(changed));
        }
        assertRefused(Reason.MALFORMED, () -> VerifierKey.parse(SPECIFIED_KEY.replace("530d903a", "530D903A")));
        assertRefused(Reason.MALFORMED, () -> VerifierKey.parse("name+00000000+"));
        assertRefused(Reason.TOO_LARGE, () -> VerifierKey.parse("n".repeat(5_000) + "+00000000+AQ=="));
    }

    /** ECDSA and RFC 6962 heads exist (0x02, 0x05); a key of another length than its type has does not. */
    @Test
    void keysOfOtherKindsAreRefused() throws GeneralSecurityException {
        for (int type : List.of(0, 2, 3, 5, 7, 0xff)) {
            assertRefused(Reason.UNSUPPORTED, () -> VerifierKey.parse(vkey(type, 32)));
        }
        for (int length : List.of(0, 31, 33, 64, 1_312)) {
            assertRefused(Reason.MALFORMED, () -> VerifierKey.parse(vkey(1, length)));
            assertRefused(Reason.MALFORMED, () -> VerifierKey.parse(vkey(4, length)));
        }
        assertRefused(Reason.MALFORMED, () -> VerifierKey.parse(vkey(6, 32)));
        assertThrows(IllegalArgumentException.class, () -> VerifierKey.of("name", SignatureType.ED25519, new byte[31]));
        for (String algorithm : List.of("EC", "X25519", "ML-DSA-44")) {
            PublicKey other =
                    KeyPairGenerator.getInstance(algorithm).generateKeyPair().getPublic();
            assertThrows(IllegalArgumentException.class, () -> VerifierKey.of("name", SignatureType.ED25519, other));
        }
    }

    /** With the id that belongs to it, so that nothing but type and length is wrong. */
    private static String vkey(int type, int length) {
        byte[] typeAndKey = ByteBuffer.allocate(1 + length).put((byte) type).array();
        MessageDigest id = Hash.sha256();
        id.update("name\n".getBytes(UTF_8));
        String hex = HexFormat.of().formatHex(id.digest(typeAndKey), 0, 4);
        return "name+" + hex + "+" + Base64.getEncoder().encodeToString(typeAndKey);
    }

    /** One key under two names or for two kinds of signature has two ids, so that neither passes for the other. */
    @Test
    void theIdDependsOnNameAndKind() {
        byte[] key = LOG.key().key();
        int id = VerifierKey.of("a", SignatureType.ED25519, key).id();
        assertNotEquals(id, VerifierKey.of("b", SignatureType.ED25519, key).id());
        assertNotEquals(
                id, VerifierKey.of("a", SignatureType.COSIGNATURE_ED25519, key).id());
        assertArrayEquals(key, VerifierKey.parse(LOG.key().toString()).key());
    }

    /** T20, as far as notes go: during an overlap both keys sign; a reader who knows either is served, and a retired key is simply no longer known. */
    @Test
    void oldAndNewKeyVerifyDuringARotation() {
        SignedNote overlap = LOG.signed("text\n").with(OTHER.sign("text\n"));
        assertEquals(1, overlap.verify(List.of(LOG.key())).size());
        assertEquals(1, overlap.verify(List.of(OTHER.key())).size());
        assertRefused(Reason.UNSIGNED, () -> LOG.signed("later\n").verify(List.of(OTHER.key())));
    }
}
