package ai.celune.broker;

import ai.celune.crypto.Secret;
import ai.celune.provider.Provider;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The provider's credential on its way into one request head (R13).
 *
 * <p>Vert.x turns every header value into a {@code String} that nobody can wipe. So the credential does not go through its headers: the
 * {@link Exchange}, which stands in front of the encoder, adds the field to the head as bytes, and they are wiped when the head is encoded.
 */
final class Injection implements AutoCloseable {
    private final AsciiString name;
    private final byte[] value;
    private boolean spent;

    private Injection(AsciiString name, byte[] value) {
        this.name = name;
        this.value = value;
    }

    /** The value as the provider wants it; copied, so that the secret can be closed. */
    static Injection of(Provider.Position position, Secret secret) {
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
    synchronized boolean writeWith(HttpRequest head, Runnable write) {
        if (spent) {
            return false;
        }
        head.headers().set(name, new AsciiString(value, false));
        try {
            write.run();
        } finally {
            head.headers().remove(name);
            close();
        }
        return true;
    }
}
