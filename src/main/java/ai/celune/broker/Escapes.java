package ai.celune.broker;

import java.nio.charset.StandardCharsets;

/**
 * Reads a byte stream as if it were percent-encoded or JSON text: {@code %41}, backslash-u escapes and {@code \/} become the bytes they stand for,
 * all else stays. In any mix, so that a value matches however much of it was escaped. What looks like an escape and is none stays as it is.
 */
final class Escapes {
    /** Receives each byte with the positions where its written form begins and ends. */
    interface Sink {
        void accept(byte value, long start, long end);
    }

    private static final int LONGEST = 6;
    private static final String SHORT = "\"\\/bfnrt";
    private static final byte[] SHORT_VALUES = {'"', '\\', '/', '\b', '\f', '\n', '\r', '\t'};

    private final Sink sink;
    private final byte[] escape = new byte[LONGEST];
    private int length;
    private long start;

    Escapes(Sink sink) {
        this.sink = sink;
    }

    /** Bytes of an escape that is not complete yet. */
    int pending() {
        return length;
    }

    void accept(byte next, long position) {
        if (length == 0) {
            if (next == '%' || next == '\\') {
                start = position;
                escape[length++] = next;
            } else {
                sink.accept(next, position, position + 1);
            }
        } else if (escape[0] == '\\' && length == 1 && SHORT.indexOf(next) >= 0) {
            length = 0;
            sink.accept(SHORT_VALUES[SHORT.indexOf(next)], start, start + 2);
        } else if (continues(next)) {
            escape[length++] = next;
            if (length == (escape[0] == '%' ? 3 : LONGEST)) {
                complete();
            }
        } else {
            flush();
            accept(next, position);
        }
    }

    /** Gives out an incomplete escape as what it literally is. */
    void flush() {
        int literal = length;
        length = 0;
        for (int i = 0; i < literal; i++) {
            sink.accept(escape[i], start + i, start + i + 1);
        }
    }

    private boolean continues(byte next) {
        boolean letterU = escape[0] == '\\' && length == 1;
        return letterU ? next == 'u' : Character.digit(next, 16) >= 0;
    }

    private void complete() {
        int first = escape[0] == '%' ? 1 : 2;
        int value = 0;
        for (int i = first; i < length; i++) {
            value = value * 16 + Character.digit(escape[i], 16);
        }
        if (escape[0] == '%') {
            length = 0;
            sink.accept((byte) value, start, start + 3);
        } else if (Character.isSurrogate((char) value)) {
            flush();
        } else {
            length = 0;
            for (byte part : String.valueOf((char) value).getBytes(StandardCharsets.UTF_8)) {
                sink.accept(part, start, start + LONGEST);
            }
        }
    }
}
