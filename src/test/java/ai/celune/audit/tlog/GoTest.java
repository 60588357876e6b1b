package ai.celune.audit.tlog;

import static ai.celune.audit.tlog.GoOracle.REFUSED;
import static ai.celune.audit.tlog.GoOracle.blob;
import static ai.celune.audit.tlog.GoOracle.list;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.audit.tlog.Trees.Memory;
import ai.celune.support.Fuzz;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** T21 against golang.org/x/mod, which runs Go's own log, and transparency-dev: equal trees, tiles, proofs, notes and verdicts. */
@Tag("long")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GoTest {
    private static final int LARGEST = 70_000;

    private final Memory tiles = Trees.grown(LARGEST);
    private GoOracle go;

    @BeforeAll
    void start() throws IOException {
        go = new GoOracle();
        go.ask("grow", LARGEST);
    }

    @AfterAll
    void stop() {
        go.close();
    }

    private TiledTree tree(long size) {
        return new TiledTree(size, tiles::cut);
    }

    private static int size(Fuzz fuzz) {
        return fuzz.random().nextInt(3) == 0
                ? fuzz.oneOf(Trees.SIZES)
                : fuzz.random().nextInt(fuzz.oneOf(List.of(20, 600, LARGEST)));
    }

    @Test
    void treesAndTilesAreEqualAtEverySizeOfT21() throws IOException {
        for (int size : Trees.SIZES) {
            assertEquals(go.ask("root", size), tree(size).root().toString());
            Map<String, String> hashes = new TreeMap<>();
            Trees.grown(size)
                    .tiles
                    .forEach((path, data) -> hashes.put(path, blob(Hash.sha256().digest(data))));
            assertEquals(
                    go.ask("tiles", 0, size),
                    words(
                            hashes.isEmpty(),
                            hashes.entrySet().stream().map(Map.Entry::toString).toList(),
                            0,
                            size));
        }
    }

    /** In the order in which both list them: from the leaves up. */
    private static String words(boolean none, List<String> found, long oldSize, long size) {
        Map<String, String> byPath =
                found.stream().collect(Collectors.toMap(each -> each.substring(0, each.indexOf('=')), each -> each));
        return none
                ? "-"
                : Tile.added(oldSize, size).stream()
                        .map(tile -> byPath.get(tile.path()))
                        .collect(Collectors.joining(" "));
    }

    @Test
    void proofsAreEqual() {
        Fuzz.rounds(1_500, fuzz -> {
            int size = 1 + size(fuzz) % LARGEST;
            int index = fuzz.random().nextInt(size);
            int old = 1 + fuzz.random().nextInt(size);
            assertEquals(go.ask("root", size), tree(size).root().toString());
            assertEquals(
                    go.ask("inclusion", size, index),
                    list(tree(size).inclusion(index).path()));
            assertEquals(
                    go.ask("consistency", size, old),
                    list(tree(size).consistency(old).path()));
        });
    }

    @Test
    void changedProofsHaveTheSameVerdict() {
        int[] accepted = new int[1];
        Fuzz.rounds(6_000, fuzz -> {
            int size = 1 + size(fuzz) % LARGEST;
            int index = fuzz.random().nextInt(size);
            int old = 1 + fuzz.random().nextInt(size);
            boolean inclusion = fuzz.random().nextBoolean();
            List<Hash> path = changed(
                    fuzz,
                    inclusion
                            ? tree(size).inclusion(index).path()
                            : tree(size).consistency(old).path());
            Hash small = inclusion ? tree(size).leaf(index) : tree(old).root();
            Hash root = tree(size).root();
            long claimedSize = near(fuzz, size);
            long claimed = near(fuzz, inclusion ? index : old);
            String verdict = inclusion
                    ? verdict(() -> new InclusionProof(claimed, claimedSize, path).verify(small, root))
                    : verdict(() -> new ConsistencyProof(claimed, claimedSize, path).verify(small, root));
            String question = inclusion ? "check-inclusion" : "check-consistency";
            // Go does not answer for an empty older tree.
            if (inclusion || claimed != 0) {
                assertEquals(go.ask(question, claimedSize, root, claimed, small, list(path)), verdict);
            }
            accepted[0] += verdict.equals("ok") ? 1 : 0;
        });
        assertTrue(accepted[0] > 500, "too few good proofs among the tried ones: " + accepted[0]);
    }

    private static List<Hash> changed(Fuzz fuzz, List<Hash> path) {
        List<Hash> other = new ArrayList<>(path);
        if (fuzz.random().nextBoolean()) {
            int at = fuzz.random().nextInt(path.size() + 1);
            if (fuzz.random().nextBoolean() || at == path.size()) {
                other.add(at, path.isEmpty() ? Hash.EMPTY_ROOT : fuzz.oneOf(path));
            } else {
                other.remove(at);
            }
        }
        return other;
    }

    private static long near(Fuzz fuzz, long number) {
        return switch (fuzz.random().nextInt(6)) {
            case 0 -> number + 1;
            case 1 -> number - 1;
            case 2 -> number * 2;
            default -> number;
        };
    }

    private static String verdict(Runnable verification) {
        try {
            verification.run();
            return "ok";
        } catch (RefusedException _) {
            return REFUSED;
        }
    }

    private static String read(Supplier<String> parser) {
        try {
            return parser.get();
        } catch (RefusedException _) {
            return REFUSED;
        }
    }

    @Test
    void entriesOfAnyBytesGiveTheSameRoot() throws IOException {
        try (GoOracle fresh = new GoOracle()) {
            Fuzz.rounds(60, fuzz -> {
                fresh.ask("reset");
                TreeWriter tree = new TreeWriter();
                for (int i = fuzz.random().nextInt(600); i >= 0; i--) {
                    byte[] entry = new byte[fuzz.random().nextInt(70)];
                    fuzz.random().nextBytes(entry);
                    tree.append(Hash.leaf(entry));
                    fresh.ask("append", blob(entry));
                }
                assertEquals(fresh.ask("root", tree.size()), tree.root().toString());
            });
        }
    }

    @Test
    void newTilesAreEqual() {
        Fuzz.rounds(300, fuzz -> {
            int size = size(fuzz);
            int old = fuzz.random().nextInt(size + 1);
            String go = this.go.ask("tiles", old, size);
            assertEquals(
                    go.equals("-") ? "" : go.replaceAll("=[^ ]*", ""),
                    Tile.added(old, size).stream().map(Tile::path).collect(Collectors.joining(" ")));
        });
    }

    @Test
    void pathsAreReadAlike() {
        Fuzz.rounds(5_000, fuzz -> {
            String path =
                    fuzz.like(fuzz.oneOf(List.of("tile/0/x001/x234/067.p/112", "tile/63/000", "tile/entries/999.p/1")));
            if (path.codePoints().allMatch(c -> c > ' ' && c < 0x7f)) {
                assertEquals(go.ask("path", path), read(() -> {
                    Tile tile = Tile.parse(path);
                    return tile.level() + " " + tile.index() + " " + tile.width();
                }));
            }
        });
    }

    @Test
    void eachReadsWhatTheOtherSigned() {
        String[] pair = go.ask("generate", "example.com/log").split(" ", 2);
        VerifierKey theirs = VerifierKey.parse(pair[1]);
        Fuzz.rounds(300, fuzz -> {
            String text = fuzz.like("example.com/log\n7\n" + Hash.EMPTY_ROOT + "\n") + "\n";
            if (!Strict.isText(text)) {
                return;
            }
            SignedNote byGo =
                    SignedNote.parse(Base64.getDecoder().decode(go.ask("sign", pair[0], blob(text.getBytes(UTF_8)))));
            assertEquals(text, byGo.text());
            assertEquals(1, byGo.verify(List.of(theirs)).size());
            Keys ours = new Keys("example.com/ours", SignatureType.ED25519);
            assertEquals(
                    blob(text.getBytes(UTF_8)) + " " + ours.nameAndId(),
                    go.ask("open", blob(ours.signed(text).bytes()), ours.key()));
        });
    }

    @Test
    void eachReadsWhatTheOtherCosigned() {
        String text = new Checkpoint("example.com/log", 7, Trees.root(Trees.leaves(7))).text();
        String[] pair = go.ask("generate", "example.com/witness").split(" ", 2);
        VerifierKey plain = VerifierKey.parse(pair[1]);
        VerifierKey theirs = VerifierKey.of(plain.name(), SignatureType.COSIGNATURE_ED25519, plain.key());
        SignedNote byGo =
                SignedNote.parse(Base64.getDecoder().decode(go.ask("cosign", pair[0], blob(text.getBytes(UTF_8)))));
        assertEquals(1, byGo.verify(List.of(theirs)).size());
        assertTrue(Cosignature.of(theirs, byGo.signatures().get(0)).time() > 1_700_000_000);
        Keys ours = new Keys("example.com/ours", SignatureType.COSIGNATURE_ED25519);
        SignedNote note = SignedNote.of(text).with(ours.cosign(text, 1_679_315_147));
        assertEquals(
                blob(text.getBytes(UTF_8)) + " " + ours.nameAndId(), go.ask("open", blob(note.bytes()), ours.key()));
    }

    /** Java refuses what Go refuses, and takes what Go takes, except for two things that the specification does not want and Go lets pass. */
    @Test
    void notesAreReadAlike() {
        Keys log = new Keys("example.com/log", SignatureType.ED25519);
        Keys witness = new Keys("w1", SignatureType.COSIGNATURE_ED25519);
        String text = new Checkpoint("example.com/log", 7, Trees.root(Trees.leaves(7))).text();
        SignedNote note =
                log.signed(text).with(witness.cosign(text, 3)).with(new NoteSignature("unknown", 5, new byte[9]));
        int[] accepted = new int[1];
        Fuzz.rounds(20_000, fuzz -> {
            byte[] bytes = fuzz.like(note.toString()).getBytes(UTF_8);
            String java = read(() -> {
                SignedNote parsed = SignedNote.parse(bytes);
                String names = parsed.verify(List.of(log.key(), witness.key())).stream()
                        .map(signature -> " " + (log.key().made(signature) ? log : witness).nameAndId())
                        .collect(Collectors.joining());
                return blob(parsed.text().getBytes(UTF_8)) + names;
            });
            String answer = go.ask("open", blob(bytes), log.key(), witness.key());
            if (!answer.equals("loose")) {
                assertEquals(answer, java);
            }
            accepted[0] += java.equals(REFUSED) ? 0 : 1;
        });
        assertTrue(accepted[0] > 4_000, "too few good notes among the tried ones: " + accepted[0]);
    }

    @Test
    void noKeyIsReadThatGoRefuses() {
        String vkey = new Keys("example.com/log", SignatureType.COSIGNATURE_ED25519)
                .key()
                .toString();
        Fuzz.rounds(10_000, fuzz -> {
            String text = fuzz.like(vkey);
            if (Strict.isText(text)
                    && !read(() -> VerifierKey.parse(text).name()).equals(REFUSED)) {
                assertEquals("ok", go.ask("vkey", blob(text.getBytes(UTF_8))));
            }
        });
        assertEquals("ok", go.ask("vkey", blob(vkey.getBytes(UTF_8))));
    }

    @Test
    void checkpointsAreReadAlike() {
        Keys log = new Keys("example.com/log", SignatureType.ED25519);
        Hash root = Trees.root(Trees.leaves(7));
        for (Checkpoint head : List.of(
                new Checkpoint("example.com/log", 7, root),
                new Checkpoint("example.com/log", 0, Hash.EMPTY_ROOT),
                new Checkpoint("example.com/log", Long.MAX_VALUE, root, List.of("more", "and more")))) {
            assertEquals(
                    head.size() + " " + head.root(),
                    go.ask(
                            "checkpoint",
                            blob(log.signed(head.text()).bytes()),
                            blob("example.com/log".getBytes(UTF_8)),
                            log.key()));
        }
    }
}
