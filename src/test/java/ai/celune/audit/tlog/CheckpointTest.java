package ai.celune.audit.tlog;

import static ai.celune.audit.tlog.Trees.assertRefused;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.celune.audit.tlog.RefusedException.Reason;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Heads of logs, and what witnesses put under them. */
class CheckpointTest {
    private static final String ORIGIN = "example.com/behind-the-sofa";
    private static final String ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    private static final String TEXT = ORIGIN + "\n20852163\n" + ROOT + "\n";
    private static final Keys LOG = new Keys(ORIGIN, SignatureType.ED25519);
    private static final Keys WITNESS = new Keys("w1", SignatureType.COSIGNATURE_ED25519);
    private static final Keys MODERN = new Keys("w2", SignatureType.COSIGNATURE_ML_DSA_44);

    @Test
    void theExampleOfTheSpecificationIsRead() {
        Checkpoint checkpoint = Checkpoint.parse(TEXT);
        assertEquals(new Checkpoint(ORIGIN, 20_852_163, Hash.parse(ROOT)), checkpoint);
        assertEquals(TEXT, checkpoint.text());
        assertEquals(List.of("x", "y z"), Checkpoint.parse(TEXT + "x\ny z\n").extensions());
        assertEquals(TEXT + "x\ny z\n", Checkpoint.parse(TEXT + "x\ny z\n").text());
        assertEquals(
                Long.MAX_VALUE, Checkpoint.parse(sized("9223372036854775807")).size());
    }

    @Test
    void whatIsNoCheckpointIsRefused() {
        for (String text : List.of(
                "",
                "\n",
                TEXT.substring(0, TEXT.length() - 1),
                ORIGIN + "\n20852163\n",
                "\n20852163\n" + ROOT + "\n",
                TEXT + "\n",
                TEXT + "x\n\ny\n",
                "\n" + TEXT,
                sized("020852163"),
                sized("00"),
                sized("+1"),
                sized("-1"),
                sized(" 1"),
                sized("1 "),
                sized("1e3"),
                sized("0x10"),
                sized(""),
                sized("\u0661"),
                sized("0"),
                TEXT.replace("=", ""),
                TEXT.replace("I=", "J="),
                TEXT.replace("=", "=="),
                TEXT.replace(ROOT, "AAAA"),
                TEXT.replace(ROOT, "A" + ROOT.substring(0, ROOT.length() - 1) + "AAA="))) {
            assertRefused(Reason.MALFORMED, () -> Checkpoint.parse(text));
        }
        assertRefused(Reason.TOO_LARGE, () -> Checkpoint.parse(sized("9223372036854775808")));
    }

    private static String sized(String size) {
        return TEXT.replace("20852163", size);
    }

    @Test
    void theEmptyTreeHasOneRoot() {
        Checkpoint empty = new Checkpoint(ORIGIN, 0, Hash.EMPTY_ROOT);
        assertEquals(empty, Checkpoint.parse(empty.text()));
        assertThrows(IllegalArgumentException.class, () -> new Checkpoint(ORIGIN, 0, Hash.parse(ROOT)));
        assertThrows(IllegalArgumentException.class, () -> new Checkpoint(ORIGIN, -1, Hash.parse(ROOT)));
    }

    @Test
    void whatCouldNotBeReadIsNotWritten() {
        for (String line : List.of("", "a\nb", "a\rb", "\ud800")) {
            assertThrows(IllegalArgumentException.class, () -> new Checkpoint(line, 1, Hash.parse(ROOT)));
            assertThrows(IllegalArgumentException.class, () -> new Checkpoint("o", 1, Hash.parse(ROOT), List.of(line)));
        }
    }

    @Test
    void aCheckpointIsOpenedForItsLogAlone() {
        SignedNote note = LOG.signed(TEXT);
        assertEquals(
                20_852_163, Checkpoint.open(note, ORIGIN, List.of(LOG.key())).size());
        assertRefused(Reason.WRONG_LOG, () -> Checkpoint.open(note, ORIGIN + "2", List.of(LOG.key())));
        assertRefused(
                Reason.UNSIGNED,
                () -> Checkpoint.open(note, ORIGIN, List.of(new Keys(ORIGIN, SignatureType.ED25519).key())));
        assertRefused(Reason.MALFORMED, () -> Checkpoint.open(LOG.signed("text\n"), ORIGIN, List.of(LOG.key())));
    }

    @Test
    void aWitnessSignsWhatTheSpecificationShows() {
        String message = "cosignature/v1\ntime 1679315147\n" + TEXT;
        assertEquals(message, new String(new Cosignature(WITNESS.key(), 1_679_315_147).message(TEXT), UTF_8));
        byte[] line = new Cosignature(WITNESS.key(), 1_679_315_147)
                .signature(new byte[] {1, 2})
                .bytes();
        assertArrayEquals(HexFormat.of().parseHex("00000000641850cb0102"), line);
    }

    @Test
    void anMlDsaWitnessSignsWhatTheSpecificationShows() {
        byte[] message = new Cosignature(MODERN.key(), 0x64184acb).message(TEXT + "extension\n");
        String expected = "737562747265652f76310a00" + "027732" + "0000000064184acb" + "1b"
                + HexFormat.of().formatHex(ORIGIN.getBytes(UTF_8))
                + "0000000000000000" + "00000000013e2dc3"
                + HexFormat.of().formatHex(Hash.parse(ROOT).bytes());
        assertEquals(expected, HexFormat.of().formatHex(message));
    }

    @Test
    void cosignaturesOfBothKindsVerify() {
        SignedNote note = LOG.signed(TEXT)
                .with(WITNESS.cosign(TEXT, 1))
                .with(MODERN.cosign(TEXT, 2))
                .with(WITNESS.cosign(TEXT, 3));
        List<VerifierKey> keys = List.of(LOG.key(), WITNESS.key(), MODERN.key());
        assertEquals(
                note.signatures().size(),
                SignedNote.parse(note.bytes()).verify(keys).size());
        assertEquals(3, Cosignature.of(WITNESS.key(), note.signatures().get(3)).time());
        assertEquals(note.toString(), SignedNote.parse(note.bytes()).toString());
    }

    @Test
    void aCosignatureIsBoundToItsTimeAndCheckpoint() {
        for (Keys keys : List.of(WITNESS, MODERN)) {
            byte[] good = keys.cosign(TEXT, 7).bytes();
            for (int at : List.of(0, 7, 8, 40, 71)) {
                byte[] changed = good.clone();
                changed[at] ^= 1;
                bad(TEXT, keys, changed);
            }
            bad(sized("20852164"), keys, good);
            bad(TEXT.replace("sofa", "soft"), keys, good);
            bad(TEXT.replace("CsU", "CsV"), keys, good);
            bad(TEXT, keys, Arrays.copyOf(good, 8));
            bad(TEXT, keys, Arrays.copyOf(good, 3));
            bad(TEXT, keys, Arrays.copyOf(good, good.length + 1));
        }
        bad(TEXT + "extension\n", WITNESS, WITNESS.cosign(TEXT, 7).bytes());
    }

    private static void bad(String text, Keys keys, byte[] signature) {
        NoteSignature line = new NoteSignature(keys.key().name(), keys.key().id(), signature);
        assertRefused(Reason.BAD_SIGNATURE, () -> LOG.signed(text).with(line).verify(List.of(LOG.key(), keys.key())));
    }

    /** A key that signed a plain text has not cosigned, even where key, name and text are the same. */
    @Test
    void oneKindOfSignatureDoesNotPassForAnother() {
        NoteSignature plain = LOG.sign(TEXT);
        VerifierKey asWitness = VerifierKey.of(
                ORIGIN, SignatureType.COSIGNATURE_ED25519, LOG.key().key());
        NoteSignature relabelled = new NoteSignature(ORIGIN, asWitness.id(), plain.bytes());
        assertRefused(Reason.UNSIGNED, () -> SignedNote.of(TEXT).with(plain).verify(List.of(asWitness)));
        assertRefused(
                Reason.BAD_SIGNATURE, () -> SignedNote.of(TEXT).with(relabelled).verify(List.of(asWitness)));
        assertThrows(IllegalArgumentException.class, () -> WITNESS.key().signature(new byte[64]));
        assertThrows(IllegalArgumentException.class, () -> new Cosignature(LOG.key(), 1));
        assertThrows(IllegalArgumentException.class, () -> new Cosignature(WITNESS.key(), -1));
    }

    @Test
    void onlyCheckpointsAreCosigned() {
        assertRefused(Reason.MALFORMED, () -> new Cosignature(WITNESS.key(), 1).message("text\n"));
        assertRefused(Reason.MALFORMED, () -> new Cosignature(MODERN.key(), 1).message("text\n"));
        String longest = TEXT.replace(ORIGIN, "o".repeat(255));
        assertEquals(12 + 3 + 8 + 256 + 8 + 8 + 32, new Cosignature(MODERN.key(), 1).message(longest).length);
        assertRefused(
                Reason.TOO_LARGE,
                () -> new Cosignature(MODERN.key(), 1).message(TEXT.replace(ORIGIN, "o".repeat(256))));
    }
}
