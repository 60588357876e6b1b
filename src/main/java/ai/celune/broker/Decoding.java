package ai.celune.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.compression.DecompressionException;
import io.netty.handler.codec.compression.JdkZlibDecoder;
import io.netty.handler.codec.compression.ZlibWrapper;
import io.vertx.core.MultiMap;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Takes back what a provider did to a body that was asked for as it is (Content-Encoding, RFC 9110 section 8.4): only so can it be scrubbed. Little goes in
 * at a time, because little may stand for much.
 */
final class Decoding implements AutoCloseable {
    /** Bytes to be decoded in one step; deflate makes at most 1,032 of one. */
    static final int STEP = 1024;

    private static final int LARGEST = 2 * 1024 * 1024;
    private static final List<String> CODINGS = List.of("gzip", "x-gzip", "deflate");

    private final EmbeddedChannel decoder;

    private Decoding(ZlibWrapper format) {
        decoder = new EmbeddedChannel(new JdkZlibDecoder(format, true, LARGEST));
    }

    /** Whether the body is as it is, or of one encoding that can be taken back. */
    static boolean isKnown(MultiMap answer) {
        List<String> codings = codings(answer);
        return codings.isEmpty() || (codings.size() == 1 && CODINGS.contains(codings.getFirst()));
    }

    static boolean isNeeded(MultiMap answer) {
        return !codings(answer).isEmpty();
    }

    /** For a known encoding. */
    static Decoding of(MultiMap answer) {
        return new Decoding(codings(answer).contains("deflate") ? ZlibWrapper.ZLIB_OR_NONE : ZlibWrapper.GZIP);
    }

    private static List<String> codings(MultiMap answer) {
        return answer.getAll("Content-Encoding").stream()
                .flatMap(field -> Stream.of(field.split(",", -1)))
                .map(coding -> coding.strip().toLowerCase(Locale.ROOT))
                .filter(coding -> !coding.isEmpty() && !coding.equals("identity"))
                .toList();
    }

    /**
     * What some of the body stands for.
     *
     * @param encoded {@value #STEP} bytes at most
     * @throws DecompressionException when it stands for nothing
     */
    byte[] decode(byte[] encoded) {
        decoder.writeInbound(Unpooled.wrappedBuffer(encoded));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (ByteBuf some = decoder.readInbound(); some != null; some = decoder.readInbound()) {
            byte[] bytes = new byte[some.readableBytes()];
            some.readBytes(bytes).release();
            out.writeBytes(bytes);
        }
        return out.toByteArray();
    }

    @Override
    public void close() {
        try {
            decoder.finishAndReleaseAll();
        } catch (DecompressionException _) {
            // What is left of a body that was broken, or that nobody waits for any more.
        }
    }
}
