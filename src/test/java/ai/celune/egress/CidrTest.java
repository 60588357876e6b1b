package ai.celune.egress;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class CidrTest {
    @Test
    void blocksEndWhereTheyEnd() {
        Cidr block = Cidr.parse("192.168.4.0/22");
        assertTrue(block.contains(InetAddress.ofLiteral("192.168.4.0")));
        assertTrue(block.contains(InetAddress.ofLiteral("192.168.7.255")));
        assertFalse(block.contains(InetAddress.ofLiteral("192.168.8.0")));
        assertFalse(block.contains(InetAddress.ofLiteral("192.168.3.255")));
        assertFalse(block.contains(InetAddress.ofLiteral("fd00::1")));
        assertTrue(Cidr.parse("0.0.0.0/0").contains(InetAddress.ofLiteral("255.1.2.3")));
        assertFalse(Cidr.parse("0.0.0.0/0").contains(InetAddress.ofLiteral("::1")));
    }
}
