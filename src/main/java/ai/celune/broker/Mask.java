package ai.celune.broker;

import java.util.Arrays;

/**
 * One stream on its way through the {@link Scrubber}. Both the bytes themselves and what they stand for when escapes are resolved are searched, since
 * a value that contains an escape must be found as well as one that was escaped.
 */
final class Mask {
    private static final byte[] NOTHING = {};

    private final Needles.Search plain;
    private final Needles.Search resolved;
    private final Escapes escapes = new Escapes(this::resolved);
    // Where the last resolved bytes begin; as many as the longest pattern has.
    private final long[] starts;
    private long resolvedCount;
    private byte[] held = NOTHING;
    private long heldFrom;
    private long position;

    Mask(Needles needles) {
        plain = needles.search();
        resolved = needles.search();
        starts = new long[Math.max(1, needles.longest())];
    }

    /** Takes a chunk and gives out everything that can no longer be part of a match. */
    byte[] process(byte[] chunk) {
        byte[] before = held;
        held = Arrays.copyOf(before, before.length + chunk.length);
        System.arraycopy(chunk, 0, held, before.length, chunk.length);
        Arrays.fill(before, (byte) 0);
        for (byte next : chunk) {
            long at = position++;
            int found = plain.step(next);
            if (found > 0) {
                hide(position - found, position);
            }
            escapes.accept(next, at);
        }
        return release(Math.min(position - plain.depth(), firstUndecided()));
    }

    /** Ends the stream and gives out the rest; what comes then is another stream. */
    byte[] finish() {
        escapes.flush();
        plain.reset();
        resolved.reset();
        return release(position);
    }

    void wipe() {
        Arrays.fill(held, (byte) 0);
        held = NOTHING;
        heldFrom = position;
    }

    private void resolved(byte value, long start, long end) {
        starts[(int) (resolvedCount++ % starts.length)] = start;
        int found = resolved.step(value);
        if (found > 0) {
            hide(startOfLast(found), end);
        }
    }

    private long startOfLast(int count) {
        return starts[(int) ((resolvedCount - count) % starts.length)];
    }

    private long firstUndecided() {
        return resolved.depth() > 0 ? startOfLast(resolved.depth()) : position - escapes.pending();
    }

    private void hide(long start, long end) {
        Arrays.fill(held, (int) (start - heldFrom), (int) (end - heldFrom), (byte) '*');
    }

    private byte[] release(long end) {
        int count = (int) (end - heldFrom);
        byte[] out = Arrays.copyOf(held, count);
        byte[] rest = Arrays.copyOfRange(held, count, held.length);
        Arrays.fill(held, (byte) 0);
        held = rest;
        heldFrom = end;
        return out;
    }
}
