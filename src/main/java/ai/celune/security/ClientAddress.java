package ai.celune.security;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** Less than a client's whole address. Limits see IPv6 by its /64, because one client owns all of it; IPv4 whole, also when mapped into IPv6. */
public final class ClientAddress {
    private ClientAddress() {}

    /** Where a literal address is, roughly: the /24 of IPv4, the /48 of IPv6. */
    public static String network(String address) {
        try {
            byte[] bytes = InetAddress.ofLiteral(address).getAddress();
            int kept = bytes.length == 16 ? 6 : 3;
            Arrays.fill(bytes, kept, bytes.length, (byte) 0);
            return InetAddress.getByAddress(bytes).getHostAddress() + "/" + kept * 8;
        } catch (IllegalArgumentException | UnknownHostException e) {
            return "unknown";
        }
    }

    /** The part of a literal address that limits count by. */
    public static String prefix(String address) {
        try {
            byte[] bytes = InetAddress.ofLiteral(address).getAddress();
            if (bytes.length == 16) {
                Arrays.fill(bytes, 8, 16, (byte) 0);
                return InetAddress.getByAddress(bytes).getHostAddress() + "/64";
            }
            return InetAddress.getByAddress(bytes).getHostAddress();
        } catch (IllegalArgumentException | UnknownHostException e) {
            return "unknown";
        }
    }
}
