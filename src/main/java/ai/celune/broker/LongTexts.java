package ai.celune.broker;

/** Cuts the texts in JSON short, by bytes and without a look at anything else: a parser keeps each of them whole until it ends. */
final class LongTexts {
    private static final int KEPT = 256;
    private static final int AFTER_BACKSLASH = 5;
    private static final int HEX_DIGITS = 4;

    private boolean inText;
    private boolean cutting;
    private int length;
    /** Bytes of an escape that are still to come. */
    private int escape;

    /** Writes what stays of a piece. @return how many bytes that are */
    int cut(byte[] piece, int from, int to, byte[] kept) {
        int n = 0;
        for (int i = from; i < to; i++) {
            byte b = piece[i];
            if (!inText) {
                begin(b == '"');
                kept[n++] = b;
            } else if (escape == 0 && b == '"') {
                inText = false;
                kept[n++] = b;
            } else {
                stepIn(b);
                if (!cutting) {
                    kept[n++] = b;
                }
            }
        }
        return n;
    }

    void reset() {
        begin(false);
    }

    private void begin(boolean text) {
        inText = text;
        cutting = false;
        length = 0;
        escape = 0;
    }

    /** Cuts between two characters only. */
    private void stepIn(byte b) {
        if (escape > 0) {
            escape = escape < AFTER_BACKSLASH ? escape - 1 : b == 'u' ? HEX_DIGITS : 0;
        } else {
            boolean beginsCharacter = (b & 0xC0) != 0x80;
            cutting |= beginsCharacter && length >= KEPT;
            escape = b == '\\' ? AFTER_BACKSLASH : 0;
        }
        if (!cutting) {
            length++;
        }
    }
}
