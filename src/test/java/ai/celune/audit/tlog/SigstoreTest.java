package ai.celune.audit.tlog;

import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.celune.support.Fuzz;
import dev.sigstore.merkle.InclusionProofVerificationException;
import dev.sigstore.merkle.InclusionProofVerifier;
import java.util.List;
import org.junit.jupiter.api.Test;

/** T21: what Rekor's users verify inclusion with takes the proofs made here, and no others. */
class SigstoreTest {
    @Test
    void inclusionProofsPassTheVerifierOfSigstore() {
        Trees.Memory tiles = Trees.grown(70_000);
        Fuzz.rounds(300, fuzz -> {
            int size = 1 + fuzz.random().nextInt(fuzz.oneOf(List.of(3, 300, 70_000)));
            int index = fuzz.random().nextInt(size);
            TiledTree tree = new TiledTree(size, tiles::cut);
            List<byte[]> path =
                    tree.inclusion(index).path().stream().map(Hash::bytes).toList();
            byte[] leaf = tree.leaf(index).bytes();
            byte[] root = tree.root().bytes();
            InclusionProofVerifier.verify(leaf, index, size, path, root);
            root[fuzz.random().nextInt(Hash.BYTES)] ^= 1;
            assertThrows(
                    InclusionProofVerificationException.class,
                    () -> InclusionProofVerifier.verify(leaf, index, size, path, root));
        });
    }
}
