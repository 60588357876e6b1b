package ai.celune.broker;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * Removes an injected secret from what a provider answers (R13, R39): as it is, percent-encoded, JSON-escaped, and in standard or URL-safe base64 at
 * any alignment, base64 again escaped or not. Every hidden byte becomes {@code *}, so lengths stay true.
 *
 * <p>Works across chunks and holds back only what may be the beginning of a match or of an escape. Of a base64 form the characters that also depend
 * on neighbouring bytes stay, at most two at each end. Values shorter than {@value #SHORTEST} bytes are not looked for: they would occur by accident
 * and their stars would tell where. A part of a secret, compression that the answer's header does not tell of, and escapes of escapes are not found.
 *
 * <p>For one answer and one thread.
 */
public final class Scrubber implements AutoCloseable {
    /** Bytes from which on a value is looked for. */
    public static final int SHORTEST = 8;

    private final List<byte[]> patterns;
    private final Mask body;
    private final Mask header;

    /**
     * A scrubber for one answer.
     *
     * @param secret the injected value; copied
     */
    public Scrubber(byte[] secret) {
        patterns = secret.length < SHORTEST ? List.of() : patterns(secret);
        Needles needles = new Needles(patterns);
        body = new Mask(needles);
        header = new Mask(needles);
    }

    /** Takes the next chunk of the body and returns what can go on to the caller now, possibly nothing. */
    public byte[] process(byte[] chunk) {
        return body.process(chunk);
    }

    /** What was held back when the body has ended. */
    public byte[] finish() {
        return body.finish();
    }

    /** The value of a header without the secret. */
    public String scrubHeader(String value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(value.length());
        out.writeBytes(header.process(value.getBytes(UTF_8)));
        out.writeBytes(header.finish());
        return out.toString(UTF_8);
    }

    /** Wipes the secret; use afterwards finds nothing any more and is a defect. */
    @Override
    public void close() {
        body.wipe();
        patterns.forEach(pattern -> Arrays.fill(pattern, (byte) 0));
    }

    private static List<byte[]> patterns(byte[] secret) {
        List<byte[]> all = new ArrayList<>();
        add(all, secret.clone());
        byte[] resolved = resolved(secret);
        if (resolved.length >= SHORTEST) {
            add(all, resolved);
        }
        for (int before = 0; before < 3; before++) {
            add(all, core(Base64.getEncoder(), secret, before));
            add(all, core(Base64.getUrlEncoder(), secret, before));
        }
        return all;
    }

    private static void add(List<byte[]> all, byte[] pattern) {
        if (all.stream().noneMatch(known -> Arrays.equals(known, pattern))) {
            all.add(pattern);
        } else {
            Arrays.fill(pattern, (byte) 0);
        }
    }

    /** What a secret that itself looks escaped becomes when the text around it is resolved. */
    private static byte[] resolved(byte[] secret) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(secret.length);
        Escapes escapes = new Escapes((value, _, _) -> out.write(value));
        for (int i = 0; i < secret.length; i++) {
            escapes.accept(secret[i], i);
        }
        escapes.flush();
        return out.toByteArray();
    }

    /** The characters that are the same whatever stands around the secret, when {@code before} bytes of its first group of three precede it. */
    private static byte[] core(Base64.Encoder encoder, byte[] secret, int before) {
        int groups = (before + secret.length + 2) / 3;
        byte[] padded = new byte[groups * 3];
        System.arraycopy(secret, 0, padded, before, secret.length);
        byte[] encoded = encoder.encode(padded);
        byte[] core = Arrays.copyOfRange(
                encoded, Math.ceilDiv(before * Byte.SIZE, 6), (before + secret.length) * Byte.SIZE / 6);
        Arrays.fill(padded, (byte) 0);
        Arrays.fill(encoded, (byte) 0);
        return core;
    }
}
