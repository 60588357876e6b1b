package ai.celune.security;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** How limits see a client's address: IPv6 by its /64, because one client owns all of it; IPv4 whole, also when mapped into IPv6. */
public final class ClientAddress {
    private ClientAddress() {}

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
