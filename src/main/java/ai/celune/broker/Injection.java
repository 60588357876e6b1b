package ai.celune.broker;

import ai.celune.crypto.Secret;
import ai.celune.providerkey.ProviderCatalogue;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The provider's credential on its way into one request head (R13).
 *
 * <p>Vert.x turns every header value into a {@code String} that nobody can wipe. So the credential does not go through its headers: this handler
 * stands in front of the encoder for one request, adds the field to the head as bytes, and wipes them when the head is encoded.
 */
final class Injection implements AutoCloseable {
    private static final String BEFORE = "handler";
    private static final String NAME = "celune.credential";

    private final AsciiString name;
    private final byte[] value;
    private boolean spent;

    private Injection(AsciiString name, byte[] value) {
        this.name = name;
        this.value = value;
    }

    /** The value as the provider wants it; copied, so that the secret can be closed. */
    static Injection of(ProviderCatalogue.Position position, Secret secret) {
        byte[] scheme = position.scheme().getBytes(StandardCharsets.US_ASCII);
        int start = scheme.length == 0 ? 0 : scheme.length + 1;
        byte[] value = new byte[start + secret.length()];
        System.arraycopy(scheme, 0, value, 0, scheme.length);
        if (start > 0) {
            value[scheme.length] = ' ';
        }
        System.arraycopy(secret.bytes(), 0, value, start, secret.length());
        return new Injection(AsciiString.of(position.header()), value);
    }

    /** Adds the credential to the next request that this connection writes. */
    void into(Channel connection) {
        ChannelPipeline handlers = connection.pipeline();
        if (handlers.get(NAME) != null) {
            // Left by a call that ended before its head was written: without it the connection is as good as new.
            handlers.remove(NAME);
        }
        handlers.addBefore(BEFORE, NAME, new Writer());
    }

    /** Wipes the value; what was not written by then is not written any more. */
    @Override
    public synchronized void close() {
        spent = true;
        Arrays.fill(value, (byte) 0);
    }

    private synchronized boolean addTo(HttpRequest head) {
        if (!spent) {
            head.headers().set(name, new AsciiString(value, false));
        }
        return !spent;
    }

    private final class Writer extends ChannelOutboundHandlerAdapter {
        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            if (!(message instanceof HttpRequest head)) {
                var _ = context.write(message, promise);
                return;
            }
            context.pipeline().remove(this);
            if (!addTo(head)) {
                promise.tryFailure(new IllegalStateException("the call ended before its head was written"));
                var _ = context.close();
                return;
            }
            try {
                var _ = context.write(message, promise);
            } finally {
                // The encoder has copied the bytes by now; the message lives on for a while.
                head.headers().remove(name);
                Injection.this.close();
            }
        }
    }
}
