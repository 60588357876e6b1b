package ai.celune.audit.tlog;

import static ai.celune.audit.tlog.Trees.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.celune.audit.tlog.RefusedException.Reason;
import ai.celune.audit.tlog.Trees.Memory;
import ai.celune.support.Fuzz;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Proofs are those of RFC 6962, and nothing but the right one passes the verification of RFC 9162. */
class ProofTest {
    static final List<Integer> SIZES = Trees.SIZES;
    private static final int EXHAUSTIVE = 40;
    private static final String LEAF_0 = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
    private static final String LEAF_1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
    private static final String LEAF_4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
    private static final String NODE_0_1 = "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125";
    private static final String NODE_2_3 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
    private static final String NODE_4_5 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";
    private static final String NODE_6_7 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
    private static final String NODE_0_3 = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7";
    private static final String NODE_4_7 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";

    @Test
    void everyLeafOfEverySmallTreeIsProved() throws IOException {
        for (int size = 1; size <= EXHAUSTIVE; size++) {
            List<Hash> leaves = Trees.leaves(size);
            TiledTree tree = new TiledTree(size, Trees.grown(size));
            for (int index = 0; index < size; index++) {
                InclusionProof proof = tree.inclusion(index);
                assertEquals(new InclusionProof(index, size, Trees.path(index, leaves)), proof);
                proof.verify(leaves.get(index), Trees.root(leaves));
                assertEquals(leaves.get(index), tree.leaf(index));
            }
        }
    }

    @Test
    void everySmallTreeIsConsistentWithEverySmallerOne() throws IOException {
        for (int size = 1; size <= EXHAUSTIVE; size++) {
            List<Hash> leaves = Trees.leaves(size);
            TiledTree tree = new TiledTree(size, Trees.grown(size));
            for (int old = 1; old <= size; old++) {
                ConsistencyProof proof = tree.consistency(old);
                assertEquals(new ConsistencyProof(old, size, Trees.proof(old, leaves)), proof);
                proof.verify(Trees.root(leaves.subList(0, old)), Trees.root(leaves));
            }
        }
    }

    @ParameterizedTest
    @FieldSource("SIZES")
    void proofsHoldAroundEveryBorderOfATile(int size) throws IOException {
        List<Hash> leaves = Trees.leaves(size);
        Hash root = Trees.root(leaves);
        TiledTree tree = new TiledTree(size, Trees.grown(size));
        Random random = new Random(size);
        for (int i = 0; i < 6 && size > 0; i++) {
            int index = i == 0 ? size - 1 : random.nextInt(size);
            assertEquals(Trees.path(index, leaves), tree.inclusion(index).path());
            tree.inclusion(index).verify(leaves.get(index), root);
        }
        for (int old : SIZES.subList(0, SIZES.indexOf(size) + 1)) {
            ConsistencyProof proof = tree.consistency(old);
            assertEquals(old == 0 ? List.of() : Trees.proof(old, leaves), proof.path());
            proof.verify(Trees.root(leaves.subList(0, old)), root);
        }
    }

    /** Known since the first implementations of RFC 6962; the entries are those of {@link TreeTest}. */
    @Test
    void theSharedVectorsHold() {
        assertEquals(hashes(LEAF_1, NODE_2_3, NODE_4_7), Trees.path(0, shared(8)));
        assertEquals(hashes(LEAF_4, NODE_6_7, NODE_0_3), Trees.path(5, shared(8)));
        assertEquals(hashes(NODE_0_1), Trees.path(2, shared(3)));
        assertEquals(hashes(LEAF_0, NODE_2_3, LEAF_4), Trees.path(1, shared(5)));
        assertEquals(hashes(LEAF_1, NODE_2_3, NODE_4_7), Trees.proof(1, shared(8)));
        assertEquals(hashes(NODE_4_5, NODE_6_7, NODE_0_3), Trees.proof(6, shared(8)));
        assertEquals(hashes(NODE_2_3, LEAF_4), Trees.proof(2, shared(5)));
        new InclusionProof(5, 8, hashes(LEAF_4, NODE_6_7, NODE_0_3))
                .verify(shared(8).get(5), Trees.root(shared(8)));
        new ConsistencyProof(6, 8, hashes(NODE_4_5, NODE_6_7, NODE_0_3))
                .verify(Trees.root(shared(6)), Trees.root(shared(8)));
    }

    private static List<Hash> shared(int size) {
        return TreeTest.ENTRIES.subList(0, size).stream()
                .map(entry -> Hash.leaf(HexFormat.of().parseHex(entry)))
                .toList();
    }

    private static List<Hash> hashes(String... hex) {
        return Stream.of(hex)
                .map(each -> Hash.of(HexFormat.of().parseHex(each)))
                .toList();
    }

    @Test
    void aChangedInclusionProofFails() {
        Fuzz.rounds(500, fuzz -> {
            int size = 1 + fuzz.random().nextInt(300);
            int index = fuzz.random().nextInt(size);
            List<Hash> leaves = Trees.leaves(size);
            Hash root = Trees.root(leaves);
            List<Hash> path = Trees.path(index, leaves);
            List<Hash> other = changed(fuzz, path);
            new InclusionProof(index, size, path).verify(leaves.get(index), root);
            bad(() -> new InclusionProof(index, size, other).verify(leaves.get(index), root));
            bad(() -> new InclusionProof(index, size, path).verify(Hash.leaf(new byte[] {1}), root));
            bad(() -> new InclusionProof(index, size, path).verify(leaves.get(index), Hash.leaf(new byte[0])));
            int elsewhere = fuzz.random().nextInt(size);
            if (elsewhere != index) {
                bad(() -> new InclusionProof(elsewhere, size, path).verify(leaves.get(index), root));
            }
        });
    }

    /** T3, T7: the same number of leaves, the end of them rewritten and everything hashed anew. */
    @Test
    void aRewrittenTreeIsNotConsistentWithWhatWasSigned() {
        Fuzz.rounds(500, fuzz -> {
            int size = 2 + fuzz.random().nextInt(300);
            int old = 1 + fuzz.random().nextInt(size - 1);
            List<Hash> leaves = Trees.leaves(size);
            List<Hash> rewritten = new ArrayList<>(leaves);
            rewritten.set(fuzz.random().nextInt(old), Hash.leaf(new byte[] {1}));
            Hash oldRoot = Trees.root(leaves.subList(0, old));
            bad(() -> new ConsistencyProof(old, size, Trees.proof(old, rewritten))
                    .verify(oldRoot, Trees.root(rewritten)));
            bad(() -> new ConsistencyProof(old, size, Trees.proof(old, leaves)).verify(oldRoot, Trees.root(rewritten)));
            bad(() -> new ConsistencyProof(old, size, changed(fuzz, Trees.proof(old, leaves)))
                    .verify(oldRoot, Trees.root(leaves)));
        });
    }

    /** T10: two heads of one size. T8: leaves that changed places or came twice. */
    @Test
    void twoTreesOfOneSizeAreNotConsistent() {
        List<Hash> leaves = Trees.leaves(20);
        List<Hash> swapped = new ArrayList<>(leaves);
        Collections.swap(swapped, 3, 4);
        List<Hash> twice = new ArrayList<>(leaves);
        twice.set(5, leaves.get(4));
        for (List<Hash> other : List.of(swapped, twice)) {
            bad(() -> new ConsistencyProof(20, 20, List.of()).verify(Trees.root(leaves), Trees.root(other)));
        }
        new ConsistencyProof(20, 20, List.of()).verify(Trees.root(leaves), Trees.root(leaves));
        bad(() ->
                new ConsistencyProof(20, 20, List.of(Hash.EMPTY_ROOT)).verify(Trees.root(leaves), Trees.root(leaves)));
    }

    @Test
    void everyTreeBeginsWithTheEmptyOne() {
        Hash root = Trees.root(Trees.leaves(7));
        new ConsistencyProof(0, 7, List.of()).verify(Hash.EMPTY_ROOT, root);
        new ConsistencyProof(0, 0, List.of()).verify(Hash.EMPTY_ROOT, Hash.EMPTY_ROOT);
        bad(() -> new ConsistencyProof(0, 7, List.of()).verify(root, root));
        bad(() -> new ConsistencyProof(0, 7, List.of(root)).verify(Hash.EMPTY_ROOT, root));
        bad(() -> new ConsistencyProof(0, 0, List.of()).verify(root, root));
    }

    @Test
    void sizesAndIndexesOutOfBoundsFail() {
        Hash leaf = Hash.leaf(Trees.entry(0));
        new InclusionProof(0, 1, List.of()).verify(leaf, leaf);
        for (long index : List.of(-1L, 1L, 2L, Long.MIN_VALUE, Long.MAX_VALUE)) {
            bad(() -> new InclusionProof(index, 1, List.of()).verify(leaf, leaf));
        }
        bad(() -> new InclusionProof(0, 0, List.of()).verify(leaf, leaf));
        bad(() -> new InclusionProof(0, -1, List.of()).verify(leaf, leaf));
        bad(() -> new InclusionProof(0, 1, List.of(leaf)).verify(leaf, leaf));
        bad(() -> new InclusionProof(0, 2, List.of()).verify(leaf, leaf));
        bad(() -> new ConsistencyProof(2, 1, List.of()).verify(leaf, leaf));
        bad(() -> new ConsistencyProof(-1, 1, List.of()).verify(leaf, leaf));
        bad(() -> new ConsistencyProof(1, 2, List.of()).verify(leaf, leaf));
        bad(() -> new ConsistencyProof(2, 3, List.of()).verify(leaf, leaf));
    }

    /** A log that signs a root of its own making, for a size that no such tree has, does not get a proof of another length through. */
    @Test
    void aProofHasTheLengthThatTheSizesDemand() {
        List<Hash> leaves = Trees.leaves(4);
        Hash extra = Hash.leaf(new byte[] {1});
        Hash three = Trees.root(leaves.subList(0, 3));
        Hash four = Trees.root(leaves);
        List<Hash> proof = new ArrayList<>(Trees.proof(3, leaves));
        new ConsistencyProof(3, 4, proof).verify(three, four);
        proof.add(extra);
        bad(() -> new ConsistencyProof(3, 4, proof).verify(Hash.node(extra, three), Hash.node(extra, four)));
        bad(() -> new ConsistencyProof(2, 5, List.of(leaves.get(2))).verify(Trees.root(leaves.subList(0, 2)), three));
        bad(() -> new ConsistencyProof(3, 4, List.of()).verify(three, four));
        bad(() -> new InclusionProof(0, 1, List.of(extra)).verify(leaves.get(0), Hash.node(extra, leaves.get(0))));
        bad(() -> new InclusionProof(0, 5, List.of(leaves.get(1)))
                .verify(leaves.get(0), Trees.root(leaves.subList(0, 2))));
    }

    /** T27: bundles below the minimum index are gone, tiles stay, and so does every proof. */
    @Test
    void whatWasProvedBeforeTheLogGrewStaysProved() throws IOException {
        Memory tiles = Trees.grown(70_000);
        List<Hash> leaves = Trees.leaves(70_000);
        InclusionProof early = new TiledTree(257, Trees.grown(257)).inclusion(3);
        ConsistencyProof since = new TiledTree(70_000, tiles).consistency(257);
        early.verify(leaves.get(3), Trees.root(leaves.subList(0, 257)));
        since.verify(Trees.root(leaves.subList(0, 257)), Trees.root(leaves));
    }

    private static List<Hash> changed(Fuzz fuzz, List<Hash> path) {
        List<Hash> other = new ArrayList<>(path);
        int at = fuzz.random().nextInt(path.size() + 1);
        Hash hash = fuzz.oneOf(
                Stream.concat(path.stream(), Stream.of(Hash.EMPTY_ROOT)).toList());
        if (at == path.size() || fuzz.random().nextBoolean()) {
            other.add(at, hash);
        } else if (fuzz.random().nextBoolean()) {
            other.remove(at);
        } else {
            byte[] bytes = path.get(at).bytes();
            bytes[fuzz.random().nextInt(Hash.BYTES)] ^=
                    (byte) (1 << fuzz.random().nextInt(8));
            other.set(at, Hash.of(bytes));
        }
        return other;
    }

    private static void bad(Executable verification) {
        assertRefused(Reason.BAD_PROOF, verification);
    }
}
