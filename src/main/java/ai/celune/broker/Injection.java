package ai.celune.broker;

import ai.celune.crypto.Secret;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The provider's credential on its way into one request head (R13).
 *
 * <p>Vert.x turns header values and request targets into {@code String}s that nobody can wipe, and counts and logs by them. So the credential does not go
 * through them: the {@link Exchange}, which stands in front of the encoder, adds it to the head as bytes, and they are wiped when the head is encoded.
 */
public abstract sealed class Injection implements AutoCloseable {
    private final byte[] value;
    private boolean spent;

    private Injection(byte[] value) {
        this.value = value;
    }

    /** As the value of a header field, behind the scheme unless that is empty; copied, so that the secret can be closed. */
    public static Injection inField(String name, String scheme, Secret secret) {
        byte[] word = scheme.getBytes(StandardCharsets.US_ASCII);
        int start = word.length == 0 ? 0 : word.length + 1;
        byte[] value = new byte[start + secret.length()];
        System.arraycopy(word, 0, value, 0, word.length);
        if (start > 0) {
            value[word.length] = ' ';
        }
        System.arraycopy(secret.bytes(), 0, value, start, secret.length());
        return new InField(AsciiString.of(name), value);
    }

    /** As the request target; {@code target} is wiped by the injection. */
    public static Injection asTarget(byte[] target) {
        return new AsTarget(target);
    }

    /** What stands for the target until it is written. */
    String target(String told) {
        return told;
    }

    /** Wipes the value; what was not written by then is not written any more. */
    @Override
    public synchronized void close() {
        spent = true;
        Arrays.fill(value, (byte) 0);
    }

    /**
     * Writes a head that has the credential meanwhile, and wipes it: the encoder has copied the bytes then, and the head lives on for a while.
     *
     * @return false when it was wiped before; nothing is written then
     */
    synchronized boolean writeWith(ChannelHandlerContext context, HttpRequest head, Runnable write) {
        if (spent) {
            return false;
        }
        try {
            write(context, head, value, write);
        } finally {
            close();
        }
        return true;
    }

    abstract void write(ChannelHandlerContext context, HttpRequest head, byte[] secret, Runnable write);

    private static final class InField extends Injection {
        private final AsciiString name;

        InField(AsciiString name, byte[] value) {
            super(value);
            this.name = name;
        }

        @Override
        void write(ChannelHandlerContext context, HttpRequest head, byte[] secret, Runnable write) {
            head.headers().set(name, new AsciiString(secret, false));
            try {
                write.run();
            } finally {
                head.headers().remove(name);
            }
        }
    }

    /** The encoder takes targets as {@code String} only: it gets one as long, which is overwritten in what it has encoded. */
    private static final class AsTarget extends Injection {
        private static final String ENCODER = "codec";

        private final String standIn;

        AsTarget(byte[] value) {
            super(value);
            standIn = "/" + "-".repeat(value.length - 1);
        }

        @Override
        String target(String told) {
            return standIn;
        }

        @Override
        void write(ChannelHandlerContext context, HttpRequest head, byte[] secret, Runnable write) {
            int from = head.method().name().length() + 1;
            var overwriting = new ChannelOutboundHandlerAdapter() {
                @Override
                public void write(ChannelHandlerContext behind, Object message, ChannelPromise promise) {
                    if (message instanceof ByteBuf encoded && isStandIn(encoded, encoded.readerIndex() + from)) {
                        encoded.setBytes(encoded.readerIndex() + from, secret);
                    }
                    var _ = behind.write(message, promise);
                }
            };
            context.pipeline().addBefore(ENCODER, null, overwriting);
            try {
                write.run();
            } finally {
                context.pipeline().remove(overwriting);
            }
        }

        private boolean isStandIn(ByteBuf encoded, int at) {
            return encoded.writerIndex() - at > standIn.length()
                    && standIn.equals(encoded.toString(at, standIn.length(), StandardCharsets.US_ASCII));
        }
    }
}
