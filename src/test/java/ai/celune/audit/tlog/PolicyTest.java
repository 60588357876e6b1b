package ai.celune.audit.tlog;

import static ai.celune.audit.tlog.Trees.assertRefused;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.audit.tlog.RefusedException.Reason;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whose word counts, and how much of it is needed; and proofs in files, which are judged by that. */
class PolicyTest {
    private static final String ORIGIN = "example.com/log";
    private static final Keys LOG = new Keys(ORIGIN, SignatureType.ED25519);
    private static final List<Keys> X = witnesses("x");
    private static final List<Keys> Y = witnesses("y");

    /** The example of the specification. */
    private static final String POLICY = "# policy\n\nlog " + LOG.key() + " https://example.com/\n"
            + lines("X", X) + "group X-witnesses 2 X1 X2 X3\n"
            + lines("Y", Y) + "  group\tY-witnesses any Y1 Y2 Y3 \n"
            + "group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n";

    private static final List<Hash> LEAVES = Trees.leaves(7);
    private static final String HEAD = new Checkpoint(ORIGIN, 7, Trees.root(LEAVES)).text();

    private static List<Keys> witnesses(String name) {
        return List.of(
                new Keys(name + 1, SignatureType.COSIGNATURE_ED25519),
                new Keys(name + 2, SignatureType.COSIGNATURE_ED25519),
                new Keys(name + 3, SignatureType.COSIGNATURE_ML_DSA_44));
    }

    private static String lines(String name, List<Keys> witnesses) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < witnesses.size(); i++) {
            lines.append("witness " + name + (i + 1) + " " + witnesses.get(i).key() + "\n");
        }
        return lines.toString();
    }

    private static Policy policy(String text) {
        return Policy.parse(text.getBytes(UTF_8));
    }

    /** By which of X1 X2 X3 Y1 Y2 Y3. */
    private static SignedNote cosigned(String by) {
        SignedNote note = LOG.signed(HEAD);
        for (int i = 0; i < 3; i++) {
            note = by.contains("X" + (i + 1)) ? note.with(X.get(i).cosign(HEAD, i)) : note;
            note = by.contains("Y" + (i + 1)) ? note.with(Y.get(i).cosign(HEAD, i)) : note;
        }
        return note;
    }

    @ParameterizedTest
    @CsvSource({
        "'', false",
        "X1 X2, false",
        "X1 Y1, false",
        "Y1 Y2 Y3, false",
        "X1 Y1 Y2 Y3, false",
        "X1 X2 X3, false",
        "X1 X2 Y1, true",
        "X1 X3 Y3, true",
        "X1 X2 X3 Y1 Y2 Y3, true"
    })
    void theExampleOfTheSpecificationIsJudged(String by, boolean quorum) {
        Policy.Witnessed witnessed = policy(POLICY).check(cosigned(by));
        assertEquals(quorum, witnessed.quorum());
        assertEquals(
                by.isEmpty() ? 0 : by.split(" ").length,
                witnessed.cosignatures().size());
        assertEquals(HEAD, witnessed.checkpoint().text());
    }

    @Test
    void oneWitnessCountsOnceHoweverOftenItCosigned() {
        SignedNote note = cosigned("X1 Y1").with(X.get(0).cosign(HEAD, 99));
        assertFalse(policy(POLICY).check(note).quorum());
    }

    @Test
    void aQuorumCanBeOneWitnessOrNone() {
        String parts = "log " + LOG.key() + "\n" + lines("X", X);
        assertTrue(policy(parts + "quorum X1\n").check(cosigned("X1")).quorum());
        assertFalse(policy(parts + "quorum X1\n").check(cosigned("X2")).quorum());
        assertTrue(policy(parts + "quorum none\n").check(cosigned("")).quorum());
        assertEquals(
                Optional.of("https://example.com/"),
                policy(POLICY).logs().get(0).url());
        assertEquals(6, policy(POLICY).witnesses().size());
    }

    @Test
    void aCheckpointOfAnotherLogIsRefused() {
        Keys other = new Keys("example.com/other", SignatureType.ED25519);
        String head = HEAD.replace("/log", "/other");
        assertRefused(Reason.WRONG_LOG, () -> policy(POLICY).check(other.signed(head)));
        assertRefused(Reason.WRONG_LOG, () -> policy("quorum none\n").check(LOG.signed(HEAD)));
        String both = POLICY.replace("log ", "log " + other.key() + "\nlog ");
        assertRefused(Reason.UNSIGNED, () -> policy(both).check(LOG.signed(head)));
        assertRefused(Reason.UNSIGNED, () -> policy(both).check(other.signed(HEAD)));
    }

    /** Whatever witnesses say, a log's own word is needed; and a witness that signed something else spoils it. */
    @Test
    void witnessesDoNotStandInForTheLog() {
        SignedNote unsigned = SignedNote.of(HEAD)
                .with(X.get(0).cosign(HEAD, 1))
                .with(X.get(1).cosign(HEAD, 1))
                .with(Y.get(0).cosign(HEAD, 1));
        assertRefused(Reason.UNSIGNED, () -> policy(POLICY).check(unsigned));
        String other = new Checkpoint(ORIGIN, 6, Trees.root(LEAVES)).text();
        assertRefused(
                Reason.BAD_SIGNATURE,
                () -> policy(POLICY).check(cosigned("X1 X2 Y1").with(Y.get(1).cosign(other, 1))));
        assertRefused(Reason.MALFORMED, () -> policy(POLICY).check(LOG.signed("text\n")));
    }

    @Test
    void whatIsNoPolicyIsRefused() {
        VerifierKey sameKey = VerifierKey.of(
                "other", SignatureType.COSIGNATURE_ED25519, X.get(0).key().key());
        VerifierKey sameLog =
                VerifierKey.of("other", SignatureType.ED25519, LOG.key().key());
        String parts = "log " + LOG.key() + "\n" + lines("X", X);
        for (String text : List.of(
                "",
                parts,
                parts + "quorum X1",
                parts + "quorum X1\r\n",
                parts + "quorum X1\nquorum X1\n",
                parts + "quorum X4\n",
                parts + "quorum X1 X2\n",
                parts + "quorum\n",
                "quorum X1\n" + parts,
                parts + "quorum none\n\0",
                parts + "# \u007f\nquorum none\n",
                parts + "Quorum none\n",
                parts + "quorum none # comment\n",
                parts + "witness X1 " + Y.get(0).key() + "\nquorum none\n",
                parts + "witness none " + Y.get(0).key() + "\nquorum none\n",
                parts + "witness X4 " + sameKey + "\nquorum none\n",
                parts + "witness X4 " + LOG.key() + "\nquorum none\n",
                parts + "witness " + Y.get(0).key() + "\nquorum none\n",
                parts + "witness X4 " + Y.get(0).key() + " https://a b\nquorum none\n",
                parts + "log " + sameLog + "\nquorum none\n",
                parts + "log " + Y.get(0).key() + "\nquorum none\n",
                parts + "log\nquorum none\n",
                parts + "group G 1\nquorum none\n",
                parts + "group G 0 X1\nquorum G\n",
                parts + "group G 2 X1\nquorum G\n",
                parts + "group G -1 X1\nquorum G\n",
                parts + "group G 01 X1\nquorum G\n",
                parts + "group G 4294967297 X1\nquorum G\n",
                parts + "group G most X1\nquorum G\n",
                parts + "group G any X1 X1\nquorum G\n",
                parts + "group G any none\nquorum G\n",
                parts + "group G any G\nquorum G\n",
                parts + "group G any H\ngroup H any X1\nquorum G\n",
                parts + "group G any X1\ngroup H any X1\nquorum G\n",
                parts + "group X1 any X2\nquorum X1\n",
                parts + "group none any X2\nquorum none\n")) {
            assertRefused(Reason.MALFORMED, () -> policy(text));
        }
    }

    @Test
    void theWrongLineIsNamed() {
        RefusedException refused = assertThrows(RefusedException.class, () -> policy("# one\n\nlogs\nquorum none\n"));
        assertEquals("line 3 of the policy is not one that it can have there", refused.getMessage());
    }

    @Test
    void namesAreOctets() {
        String kelvin =
                "witness \u212a " + X.get(0).key() + "\nwitness K " + X.get(1).key() + "\nquorum \u212a\n";
        assertEquals(2, policy(kelvin).witnesses().size());
        byte[] latin = ("# f\u00fcr\nwitness \u00fc " + X.get(0).key() + "\nquorum \u00fc\n").getBytes(ISO_8859_1);
        assertEquals(1, Policy.parse(latin).witnesses().size());
        Keys umlaut = new Keys("l\u00f6g", SignatureType.ED25519);
        assertEquals(
                "l\u00f6g",
                policy("log " + umlaut.key() + "\nquorum none\n")
                        .logs()
                        .get(0)
                        .key()
                        .name());
    }

    /** At least 32 of each are to be read; groups within groups end somewhere. */
    @Test
    void largePoliciesAreReadAndTooLargeRefused() {
        StringBuilder text = new StringBuilder("witness w " + X.get(0).key() + "\n");
        IntStream.range(0, 250)
                .forEach(i -> text.append("group g" + i + " all " + (i == 0 ? "w" : "g" + (i - 1)) + "\n"));
        assertEquals(1, policy(text + "quorum g249\n").witnesses().size());
        IntStream.range(250, 260).forEach(i -> text.append("group g" + i + " all g" + (i - 1) + "\n"));
        assertRefused(Reason.TOO_LARGE, () -> policy(text + "quorum g249\n"));
        assertRefused(Reason.TOO_LARGE, () -> policy("#".repeat(1 << 20) + "\nquorum none\n"));
    }

    @Test
    void aProofInAFileIsVerifiedWhole() {
        TlogProof proof = new TlogProof(new byte[0], 5, Trees.path(5, LEAVES), cosigned("X1 X2 Y1"));
        assertTrue(TlogProof.parse(proof.bytes())
                .verify(LEAVES.get(5), policy(POLICY))
                .quorum());
        assertRefused(Reason.BAD_PROOF, () -> proof.verify(LEAVES.get(4), policy(POLICY)));
        TlogProof elsewhere = new TlogProof(new byte[0], 4, proof.path(), proof.checkpoint());
        assertRefused(Reason.BAD_PROOF, () -> elsewhere.verify(LEAVES.get(5), policy(POLICY)));
        TlogProof beyond = new TlogProof(new byte[0], 7, proof.path(), proof.checkpoint());
        assertRefused(Reason.BAD_PROOF, () -> beyond.verify(LEAVES.get(5), policy(POLICY)));
        TlogProof unsigned = new TlogProof(
                new byte[0], 5, proof.path(), SignedNote.of(HEAD).with(X.get(0).cosign(HEAD, 1)));
        assertRefused(Reason.UNSIGNED, () -> unsigned.verify(LEAVES.get(5), policy(POLICY)));
    }

    @Test
    void aProofFileHasTheFormOfTheSpecification() {
        TlogProof proof = new TlogProof(new byte[] {1, 2}, 5, Trees.path(5, LEAVES), LOG.signed(HEAD));
        String file = new String(proof.bytes(), UTF_8);
        assertTrue(file.startsWith("c2sp.org/tlog-proof@v1\nextra AQI=\nindex 5\n"
                + Trees.path(5, LEAVES).get(0) + "\n"));
        assertTrue(file.endsWith("\n\n" + LOG.signed(HEAD)));
        assertArrayEquals(new byte[] {1, 2}, TlogProof.parse(proof.bytes()).extra());
        String path = file.substring(file.indexOf("index 5\n") + 8, file.indexOf("\n\n"));
        for (String bad : List.of(
                "",
                "\n\n",
                file.substring(1),
                file.replace("@v1", "@v2"),
                file.replace("extra AQI=\n", "extra \n"),
                file.replace("extra AQI=\n", "extra AQJ=\n"),
                file.replace("extra AQI=\n", "extra AQI=\nextra AQI=\n"),
                file.replace("index 5\n", ""),
                file.replace("index 5\n", "index 05\n"),
                file.replace("index 5\n", "index  5\n"),
                file.replace("index 5\n", "index -5\n"),
                file.replace("index 5\n", "index 5\nindex 5\n"),
                file.replace("index 5\n", "index 5 \n"),
                file.replace(path, path + "\nAAAA"),
                file.replace(path, path.replace("=", "")),
                file.replace("\n\n" + ORIGIN, "\n" + ORIGIN),
                file.replace("\n", "\r\n"))) {
            assertRefused(Reason.MALFORMED, () -> TlogProof.parse(bad.getBytes(UTF_8)));
        }
        String long63 = String.join("\n", Collections.nCopies(63, LEAVES.get(0).toString()));
        assertEquals(
                63,
                TlogProof.parse(file.replace(path, long63).getBytes(UTF_8))
                        .path()
                        .size());
        String long64 = String.join("\n", Collections.nCopies(64, LEAVES.get(0).toString()));
        assertRefused(
                Reason.TOO_LARGE,
                () -> TlogProof.parse(file.replace(path, long64).getBytes(UTF_8)));
        assertThrows(IllegalArgumentException.class, () -> new TlogProof(new byte[0], -1, List.of(), LOG.signed(HEAD)));
    }

    @Test
    void aTreeOfOneLeafHasAProofWithoutHashes() {
        String head = new Checkpoint(ORIGIN, 1, LEAVES.get(0)).text();
        TlogProof proof = new TlogProof(new byte[0], 0, List.of(), LOG.signed(head));
        Policy none = policy("log " + LOG.key() + "\nquorum none\n");
        assertTrue(TlogProof.parse(proof.bytes()).verify(LEAVES.get(0), none).quorum());
    }
}
