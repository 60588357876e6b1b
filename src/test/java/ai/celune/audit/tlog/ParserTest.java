package ai.celune.audit.tlog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.Fuzz;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Whatever is read is refused in the announced way, or is the one spelling of what was read. */
class ParserTest {
    private static final int ROUNDS = 5_000;
    private static final Keys LOG = new Keys("example.com/log", SignatureType.ED25519);
    private static final Keys WITNESS = new Keys("w1", SignatureType.COSIGNATURE_ED25519);
    private static final List<Hash> LEAVES = Trees.leaves(7);
    private static final String HEAD = new Checkpoint("example.com/log", 7, Trees.root(LEAVES)).text();
    private static final SignedNote NOTE = LOG.signed(HEAD).with(WITNESS.cosign(HEAD, 1_679_315_147));
    private static final String POLICY =
            "log " + LOG.key() + "\nwitness w " + WITNESS.key() + "\ngroup g 1 w\nquorum g\n";

    @Test
    void aNoteIsReadAsItIsWritten() {
        oneSpelling(NOTE.toString(), bytes -> SignedNote.parse(bytes).bytes());
    }

    @Test
    void aProofIsReadAsItIsWritten() {
        TlogProof proof = new TlogProof(new byte[] {1}, 5, Trees.path(5, LEAVES), NOTE);
        oneSpelling(
                new String(proof.bytes(), UTF_8),
                bytes -> TlogProof.parse(bytes).bytes());
    }

    @Test
    void aCheckpointIsReadAsItIsWritten() {
        oneSpelling(
                HEAD, bytes -> Checkpoint.parse(new String(bytes, UTF_8)).text().getBytes(UTF_8));
    }

    @Test
    void aKeyIsReadAsItIsWritten() {
        oneSpelling(
                WITNESS.key().toString(),
                bytes -> VerifierKey.parse(new String(bytes, UTF_8)).toString().getBytes(UTF_8));
    }

    @Test
    void aPathIsReadAsItIsWritten() {
        oneSpelling(
                "tile/2/x001/x234/067.p/25",
                bytes -> Tile.parse(new String(bytes, UTF_8)).path().getBytes(UTF_8));
    }

    private static void oneSpelling(String valid, Function<byte[], byte[]> readAndWrite) {
        assertArrayEquals(valid.getBytes(UTF_8), readAndWrite.apply(valid.getBytes(UTF_8)));
        Fuzz.rounds(ROUNDS, fuzz -> {
            byte[] bytes = damaged(fuzz, fuzz.like(valid));
            byte[] again;
            try {
                again = readAndWrite.apply(bytes);
            } catch (RefusedException _) {
                return;
            }
            assertEquals(new String(bytes, UTF_8), new String(again, UTF_8));
        });
    }

    private static byte[] damaged(Fuzz fuzz, String text) {
        byte[] bytes = text.getBytes(UTF_8);
        if (bytes.length > 0 && fuzz.random().nextInt(4) == 0) {
            bytes[fuzz.random().nextInt(bytes.length)] ^=
                    (byte) (1 << fuzz.random().nextInt(8));
        }
        return bytes;
    }

    @Test
    void nothingButWhatWasSignedIsBelieved() {
        Fuzz.rounds(ROUNDS / 4, fuzz -> {
            List<NoteSignature> verified;
            SignedNote note;
            try {
                note = SignedNote.parse(damaged(fuzz, fuzz.changed(NOTE.toString())));
                verified = note.verify(List.of(LOG.key(), WITNESS.key()));
            } catch (RefusedException _) {
                return;
            }
            assertEquals(HEAD, note.text());
            assertTrue(verified.stream()
                    .allMatch(signature -> NOTE.signatures().stream()
                            .anyMatch(known -> known.line().equals(signature.line()))));
        });
    }

    @Test
    void aPolicyDoesNotBecomeWeakerByChance() {
        Fuzz.rounds(ROUNDS, fuzz -> {
            Policy policy;
            try {
                policy = Policy.parse(damaged(fuzz, fuzz.like(POLICY)));
            } catch (RefusedException _) {
                return;
            }
            assertTrue(policy.logs().stream().allMatch(log -> log.key().equals(LOG.key())));
            assertTrue(policy.witnesses().stream()
                    .allMatch(witness -> witness.key().equals(WITNESS.key())));
            if (policy.logs().size() == 1) {
                assertEquals(
                        policy.witnesses().size(),
                        policy.check(NOTE).cosignatures().size());
            }
        });
    }

    @Test
    void aBundleIsReadAsItIsWritten() {
        byte[] bundle =
                EntryBundle.encode(IntStream.range(0, 9).mapToObj(Trees::entry).toList());
        Fuzz.rounds(ROUNDS, fuzz -> {
            byte[] bytes = bundle.clone();
            for (int changes = fuzz.random().nextInt(4); changes > 0; changes--) {
                bytes[fuzz.random().nextInt(bytes.length)] =
                        (byte) fuzz.random().nextInt();
            }
            List<byte[]> entries;
            try {
                entries = EntryBundle.decode(bytes, 9);
            } catch (RefusedException _) {
                return;
            }
            assertArrayEquals(bytes, EntryBundle.encode(entries));
        });
    }
}
