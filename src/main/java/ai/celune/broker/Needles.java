package ai.celune.broker;

import java.util.Collection;
import java.util.List;

/**
 * Several byte patterns looked for in one pass (Knuth, Morris, Pratt), in time linear in the input whatever the patterns are: a stored value made of
 * one repeated letter must not make a stream slow.
 */
final class Needles {
    private final List<Needle> needles;
    private final boolean[] starts = new boolean[256];
    private int depth;

    Needles(Collection<byte[]> patterns) {
        needles = patterns.stream().map(Needle::new).toList();
        patterns.forEach(pattern -> starts[pattern[0] & 0xff] = true);
    }

    /** Takes the next byte; the length of the longest pattern that ends with it, or 0. */
    int step(byte next) {
        if (depth == 0 && !starts[next & 0xff]) {
            return 0;
        }
        int found = 0;
        depth = 0;
        for (Needle needle : needles) {
            if (needle.step(next)) {
                found = Math.max(found, needle.pattern.length);
            }
            depth = Math.max(depth, needle.matched);
        }
        return found;
    }

    /** How many of the bytes taken last may still become part of a match. */
    int depth() {
        return depth;
    }

    private static final class Needle {
        private final byte[] pattern;
        private final int[] border;
        private int matched;

        Needle(byte[] pattern) {
            this.pattern = pattern;
            border = new int[pattern.length + 1];
            int length = 0;
            for (int i = 1; i < pattern.length; i++) {
                while (length > 0 && pattern[i] != pattern[length]) {
                    length = border[length];
                }
                if (pattern[i] == pattern[length]) {
                    length++;
                }
                border[i + 1] = length;
            }
        }

        boolean step(byte next) {
            while (matched > 0 && next != pattern[matched]) {
                matched = border[matched];
            }
            if (next == pattern[matched]) {
                matched++;
            }
            if (matched < pattern.length) {
                return false;
            }
            matched = border[matched];
            return true;
        }
    }
}
