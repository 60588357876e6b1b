package ai.celune.egress;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A block of addresses (RFC 4632, RFC 4291 section 2.3), written {@code 10.0.0.0/8} or {@code fd00::/8}. */
public final class Cidr {
    private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private static final Pattern V4 = Pattern.compile(OCTET + "(?:\\." + OCTET + "){3}");
    private static final Pattern V6 = Pattern.compile("[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*");
    private static final Pattern BLOCK = Pattern.compile("([^/]+)/(0|[1-9][0-9]{0,2})");

    private final byte[] first;
    private final int bits;

    private Cidr(byte[] first, int bits) {
        this.first = first;
        this.bits = bits;
    }

    /**
     * Reads a block.
     *
     * @throws IllegalArgumentException naming what is wrong, also when bits beyond the prefix are set: such an entry does not mean what it says
     */
    public static Cidr parse(String text) {
        Matcher parts = BLOCK.matcher(text);
        if (!parts.matches() || !isLiteral(parts.group(1))) {
            throw new IllegalArgumentException("'" + text + "' is not an address block such as 10.0.0.0/8 or fd00::/8");
        }
        byte[] address = literal(parts.group(1)).getAddress();
        int bits = Integer.parseInt(parts.group(2));
        if (bits > address.length * Byte.SIZE) {
            throw new IllegalArgumentException("'" + text + "' has a longer prefix than its addresses have bits");
        }
        Cidr block = new Cidr(address, bits);
        if (!Arrays.equals(address, block.masked(address))) {
            throw new IllegalArgumentException("'" + text + "' sets bits beyond its prefix");
        }
        return block;
    }

    /** The block of one address. */
    static Cidr of(InetAddress address) {
        byte[] bytes = address.getAddress();
        return new Cidr(bytes, bytes.length * Byte.SIZE);
    }

    /**
     * Whether {@code text} is an address in its usual form: four decimal octets without leading zeros, or IPv6 without a zone that is not IPv4 in
     * disguise.
     */
    static boolean isLiteral(String text) {
        if (V4.matcher(text).matches()) {
            return true;
        }
        try {
            return V6.matcher(text).matches() && InetAddress.ofLiteral(text) instanceof Inet6Address;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /** The address that a literal names; nothing is resolved. */
    static InetAddress literal(String text) {
        return V4.matcher(text).matches() ? Inet4Address.ofLiteral(text) : InetAddress.ofLiteral(text);
    }

    /** Whether {@code address}, a literal, is in it; an IPv4 address in IPv6 notation counts as IPv4, and what is no literal is in no block. */
    public boolean contains(String address) {
        try {
            return contains(InetAddress.ofLiteral(address));
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == first.length && Arrays.equals(first, masked(bytes));
    }

    private byte[] masked(byte[] address) {
        byte[] masked = new byte[address.length];
        for (int i = 0; i < masked.length; i++) {
            int kept = Math.clamp(bits - i * Byte.SIZE, 0, Byte.SIZE);
            masked[i] = (byte) (address[i] & (0xff00 >> kept));
        }
        return masked;
    }
}
