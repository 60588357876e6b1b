package ai.celune.broker;

import java.nio.charset.StandardCharsets;

/** Hands on the data of server-sent events that come in pieces (WHATWG HTML, 9.2.6), each as a JSON text of its own. */
final class EventData {
    private static final byte[] FIELD = "data:".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NEW_LINE = {'\n'};

    private final JsonPlaces json;
    /** Bytes of the line so far that a field's name could stand in. */
    private int column;

    private boolean isData = true;
    private boolean afterReturn;

    EventData(JsonPlaces json) {
        this.json = json;
    }

    void read(byte[] piece) {
        int from = 0;
        while (from < piece.length) {
            int end = from;
            while (end < piece.length && piece[end] != '\n' && piece[end] != '\r') {
                end++;
            }
            if (from < end) {
                takeLine(piece, from, end);
            }
            if (end < piece.length) {
                endLine(piece[end]);
            }
            from = end + 1;
        }
    }

    private void takeLine(byte[] piece, int from, int to) {
        afterReturn = false;
        int i = from;
        while (i < to && column < FIELD.length) {
            isData &= piece[i++] == FIELD[column++];
        }
        if (isData && column == FIELD.length) {
            json.read(piece, i, to);
        }
    }

    private void endLine(byte end) {
        boolean secondHalf = end == '\n' && afterReturn;
        afterReturn = end == '\r';
        if (secondHalf) {
            return;
        }
        if (column == 0) {
            json.next();
        } else if (isData) {
            json.read(NEW_LINE, 0, NEW_LINE.length);
        }
        column = 0;
        isData = true;
    }
}
