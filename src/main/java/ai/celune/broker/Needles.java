package ai.celune.broker;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * Several byte patterns looked for in one pass (Knuth, Morris, Pratt), in time linear in the input whatever the patterns are: a stored value made of
 * one repeated letter must not make a stream slow. The tables are made once and serve any number of searches.
 */
final class Needles {
    private final List<Needle> needles;
    private final boolean[] starts = new boolean[256];
    private final int longest;

    Needles(Collection<byte[]> patterns) {
        needles = patterns.stream().map(Needle::new).toList();
        patterns.forEach(pattern -> starts[pattern[0] & 0xff] = true);
        longest = patterns.stream().mapToInt(pattern -> pattern.length).max().orElse(0);
    }

    /** Bytes of the longest pattern; 0 without any. */
    int longest() {
        return longest;
    }

    Search search() {
        return new Search();
    }

    /** The patterns in one stream. */
    final class Search {
        private final int[] matched = new int[needles.size()];
        private int depth;

        /** Takes the next byte; the length of the longest pattern that ends with it, or 0. */
        int step(byte next) {
            if (depth == 0 && !starts[next & 0xff]) {
                return 0;
            }
            int found = 0;
            depth = 0;
            for (int i = 0; i < matched.length; i++) {
                Needle needle = needles.get(i);
                int length = needle.step(matched[i], next);
                if (length == needle.pattern.length) {
                    found = Math.max(found, length);
                    length = needle.border[length];
                }
                matched[i] = length;
                depth = Math.max(depth, length);
            }
            return found;
        }

        /** How many of the bytes taken last may still become part of a match. */
        int depth() {
            return depth;
        }

        /** Forgets what came; another stream follows. */
        void reset() {
            Arrays.fill(matched, 0);
            depth = 0;
        }
    }

    private static final class Needle {
        private final byte[] pattern;
        private final int[] border;

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

        /** How many of its bytes match after the next one, when so many did before. */
        int step(int before, byte next) {
            int matched = before;
            while (matched > 0 && next != pattern[matched]) {
                matched = border[matched];
            }
            return next == pattern[matched] ? matched + 1 : matched;
        }
    }
}
