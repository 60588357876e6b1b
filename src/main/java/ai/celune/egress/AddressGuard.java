package ai.celune.egress;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decides which addresses may be dialled. Public unicast addresses may; everything else (IANA's special-purpose registries, RFC 6890) only from the
 * operator's list, and some never.
 *
 * <p>The name must be resolved once, every address checked, and exactly the checked address dialled: a second look-up may answer differently.
 */
public final class AddressGuard {
    /** What was decided. */
    public enum Verdict {
        /** May be dialled. */
        ALLOWED,
        /** Not a public address, and the operator's list does not name it. */
        NOT_PUBLIC,
        /** Never dialled, whatever the list says: metadata services of clouds, multicast, broadcast, the unspecified address. */
        NEVER
    }

    private static final List<Cidr> NEVER = blocks(
            // AWS, Azure, Google and most others; AWS containers; Oracle; Alibaba; Azure's host agent.
            "169.254.169.254/32",
            "169.254.170.2/32",
            "169.254.170.23/32",
            "192.0.0.192/32",
            "100.100.100.200/32",
            "168.63.129.16/32",
            "fd00:ec2::254/128",
            "fd00:ec2::23/128",
            "fd20:ce::254/128",
            "fd00:c1::a9fe:a9fe/128",
            "0.0.0.0/32",
            "255.255.255.255/32",
            "224.0.0.0/4",
            "::/128",
            "ff00::/8");

    private static final List<Cidr> LOOPBACK = blocks("127.0.0.0/8", "::1/128");

    private static final List<Cidr> SPECIAL_V4 = blocks(
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4");

    private static final Cidr GLOBAL_V6 = Cidr.parse("2000::/3");

    // Protocol assignments with Teredo, documentation, 6to4.
    private static final List<Cidr> SPECIAL_V6 = blocks("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20");

    private static final Cidr TEREDO = Cidr.parse("2001::/32");
    private static final Cidr SIX_TO_FOUR = Cidr.parse("2002::/16");

    // IPv4-compatible, NAT64 by its well-known prefix; NAT64 within a site.
    private static final List<Cidr> V4_IN_LAST_BYTES = blocks("::/96", "64:ff9b::/96", "64:ff9b:1::/48");

    private final List<EgressRule> rules;
    private final boolean allowLoopback;

    private AddressGuard(List<EgressRule> rules, boolean allowLoopback) {
        this.rules = rules;
        this.allowLoopback = allowLoopback;
    }

    /**
     * A guard with the operator's list.
     *
     * @param allowed entries of {@code celune.egress.allowed}: {@code host}, {@code host:port}, an address with or without port, or a block
     * @param allowLoopback for development only
     * @throws IllegalArgumentException naming an entry that cannot be read
     */
    public static AddressGuard of(List<String> allowed, boolean allowLoopback) {
        return new AddressGuard(allowed.stream().map(EgressRule::parse).toList(), allowLoopback);
    }

    /**
     * Whether {@code resolved} may be dialled.
     *
     * @param host the name or literal that was asked for; matters only for entries that name it
     * @param resolved one of its addresses
     */
    public Verdict check(String host, int port, InetAddress resolved) {
        return decide(host, port, plain(resolved.getAddress()));
    }

    private Verdict decide(String host, int port, InetAddress resolved) {
        InetAddress embedded = embedded(resolved);
        if (isAny(NEVER, resolved) || (embedded != null && isAny(NEVER, embedded))) {
            return Verdict.NEVER;
        }
        if (isListed(host, port, resolved)) {
            // A listed NAT64 prefix opens the public addresses behind it, not the private ones.
            boolean reachable = embedded == null || isPublic(embedded) || isListed(host, port, embedded);
            return reachable ? Verdict.ALLOWED : Verdict.NOT_PUBLIC;
        }
        boolean open = isPublic(resolved) || (allowLoopback && isAny(LOOPBACK, resolved));
        return open ? Verdict.ALLOWED : Verdict.NOT_PUBLIC;
    }

    boolean allowsLoopback() {
        return allowLoopback;
    }

    /** Whether an entry names exactly this host and port. */
    boolean names(String host, int port) {
        return rules.stream()
                .anyMatch(rule -> rule.block() == null
                        && rule.port() == port
                        && rule.host().equals(host));
    }

    /** Whether the operator's list has this very name, or the address that is written there in place of one. */
    public boolean lists(String host, int port) {
        return Cidr.isLiteral(host)
                ? isListed(host, port, plain(Cidr.literal(host).getAddress()))
                : rules.stream().anyMatch(rule -> rule.names(host, port));
    }

    private boolean isListed(String host, int port, InetAddress address) {
        return rules.stream().anyMatch(rule -> rule.matches(host, port, address));
    }

    private static boolean isPublic(InetAddress address) {
        return address instanceof Inet4Address
                ? !isAny(SPECIAL_V4, address)
                : GLOBAL_V6.contains(address) && !isAny(SPECIAL_V6, address);
    }

    /** The IPv4 address that a transition mechanism would reach, or null. */
    private static @Nullable InetAddress embedded(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (SIX_TO_FOUR.contains(address)) {
            return v4(bytes, 2, 0);
        }
        if (TEREDO.contains(address)) {
            return v4(bytes, 12, 0xff);
        }
        return isAny(V4_IN_LAST_BYTES, address) && !isAny(LOOPBACK, address) ? v4(bytes, 12, 0) : null;
    }

    private static InetAddress v4(byte[] bytes, int from, int flipped) {
        byte[] v4 = Arrays.copyOfRange(bytes, from, from + 4);
        for (int i = 0; i < v4.length; i++) {
            v4[i] ^= (byte) flipped;
        }
        return plain(v4);
    }

    /** The address of these bytes; an IPv4 address in mapped form becomes plain IPv4. */
    private static InetAddress plain(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has four or sixteen bytes", e);
        }
    }

    private static boolean isAny(List<Cidr> blocks, InetAddress address) {
        return blocks.stream().anyMatch(block -> block.contains(address));
    }

    private static List<Cidr> blocks(String... texts) {
        return Stream.of(texts).map(Cidr::parse).toList();
    }
}
