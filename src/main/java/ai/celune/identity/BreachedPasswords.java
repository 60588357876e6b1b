package ai.celune.identity;

import ai.celune.crypto.Digest;
import ai.celune.crypto.Secret;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * The passwords that attackers try first: of the million most frequent ones of a well-known collection of leaks those that are long enough for us
 * (R17, decision 11). Kept as digests, 900 KB, so that no text is made of what is looked up.
 */
final class BreachedPasswords {
    private static final String FILE = "/breached-passwords.txt";

    private BreachedPasswords() {}

    /** Read with the first password that somebody chooses. */
    private static final class Loaded {
        private static final long[] DIGESTS = read();

        private static long[] read() {
            try (var file = Objects.requireNonNull(BreachedPasswords.class.getResourceAsStream(FILE));
                    var lines = new BufferedReader(new InputStreamReader(file, StandardCharsets.US_ASCII))) {
                return lines.lines()
                        .mapToLong(line -> digest(line.getBytes(StandardCharsets.US_ASCII)))
                        .sorted()
                        .toArray();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Whether it is one of them, in whatever case it is written. */
    static boolean contain(Secret password) {
        byte[] folded = password.bytes().clone();
        for (int i = 0; i < folded.length; i++) {
            if (folded[i] >= 'A' && folded[i] <= 'Z') {
                folded[i] = (byte) (folded[i] + 'a' - 'A');
            }
        }
        long digest = digest(folded);
        Arrays.fill(folded, (byte) 0);
        return Arrays.binarySearch(Loaded.DIGESTS, digest) >= 0;
    }

    private static long digest(byte[] password) {
        return ByteBuffer.wrap(Digest.sha256(password)).getLong();
    }
}
