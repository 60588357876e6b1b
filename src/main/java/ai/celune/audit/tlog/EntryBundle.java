package ai.celune.audit.tlog;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Up to 256 entries in one piece, each behind its length in two bytes (tlog-tiles, "Log entries"). */
public final class EntryBundle {
    /** The longest entry that a bundle can hold, in bytes. */
    public static final int LONGEST_ENTRY = 0xffff;

    /** The longest bundle, in bytes; no source needs to hand out more. */
    public static final int LONGEST = Tile.FULL * (Short.BYTES + LONGEST_ENTRY);

    private EntryBundle() {}

    /**
     * The bundle of these entries.
     *
     * @throws IllegalArgumentException for no entry, more than 256, or one that is too long
     */
    public static byte[] encode(List<byte[]> entries) {
        if (entries.isEmpty() || entries.size() > Tile.FULL) {
            throw new IllegalArgumentException("a bundle has 1 to 256 entries");
        }
        ByteArrayOutputStream bundle = new ByteArrayOutputStream();
        for (byte[] entry : entries) {
            if (entry.length > LONGEST_ENTRY) {
                throw new IllegalArgumentException("an entry has at most 65,535 bytes");
            }
            bundle.write(entry.length >>> Byte.SIZE);
            bundle.write(entry.length);
            bundle.writeBytes(entry);
        }
        return bundle.toByteArray();
    }

    /**
     * The entries of a bundle.
     *
     * @param width how many there have to be, 1 to 256
     * @throws RefusedException when there are fewer, more, or bytes that belong to none
     */
    public static List<byte[]> decode(byte[] bundle, int width) {
        ByteBuffer rest = ByteBuffer.wrap(bundle);
        List<byte[]> entries = new ArrayList<>(width);
        for (int i = 0; i < width; i++) {
            if (rest.remaining() < Short.BYTES) {
                throw bad();
            }
            int length = Short.toUnsignedInt(rest.getShort());
            if (length > rest.remaining()) {
                throw bad();
            }
            byte[] entry = new byte[length];
            rest.get(entry);
            entries.add(entry);
        }
        if (rest.hasRemaining()) {
            throw bad();
        }
        return entries;
    }

    private static RefusedException bad() {
        return new RefusedException(
                RefusedException.Reason.BAD_TILE, "the bundle does not hold as many entries as its place demands");
    }
}
