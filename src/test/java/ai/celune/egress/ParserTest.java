package ai.celune.egress;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.Fuzz;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Hosts, addresses, blocks and origins as text: refused in the announced way, or read as every other parser reads them. */
class ParserTest {
    private static final List<String> HOSTS = List.of(
            "api.example.com",
            "localhost",
            "xn--bcher-kva.example",
            "8.8.8.8",
            "127.0.0.1",
            "[2606:4700::1111]",
            "[::1]",
            "[fe80::1%25eth0]",
            "[::ffff:10.0.0.1]",
            "2130706433",
            "0x7f.1",
            "a.b.c.d.e");
    private static final AddressGuard STRICT = AddressGuard.of(List.of(), false);
    private static final AddressGuard DEVELOPMENT = AddressGuard.of(List.of("llm.internal:444", "10.0.0.0/8"), true);

    @Test
    void anAcceptedBaseUrlMeansTheSameToAnotherParser() {
        Fuzz.rounds(5_000, fuzz -> {
            AddressGuard guard = fuzz.random().nextBoolean() ? STRICT : DEVELOPMENT;
            String port = fuzz.oneOf(List.of("", ":443", ":8443", ":444", ":65535", ":0", "/"));
            String text = fuzz.like(fuzz.oneOf(List.of("https://", "http://")) + fuzz.oneOf(HOSTS) + port);
            BaseUrl url;
            try {
                url = BaseUrl.parse(text, guard);
            } catch (RefusedDestinationException _) {
                return;
            }
            assertEquals(url, BaseUrl.parse(url.origin(), guard));
            assertEquals(url.scheme(), URI.create(text).getScheme().toLowerCase(Locale.ROOT));
            assertEquals(host(URI.create(url.origin())), host(URI.create(text.toLowerCase(Locale.ROOT))));
            assertEquals(url.host(), host(URI.create(url.origin())).replaceAll("[\\[\\]]", ""));
            if (Cidr.isLiteral(url.host())) {
                assertEquals(
                        AddressGuard.Verdict.ALLOWED,
                        guard.check(url.host(), url.port(), InetAddress.ofLiteral(url.host())));
            }
        });
    }

    @Test
    void anAddressWrittenAsABlockIsThatBlock() {
        Fuzz.rounds(5_000, fuzz -> {
            byte[] bytes = new byte[fuzz.random().nextBoolean() ? 4 : 16];
            fuzz.random().nextBytes(bytes);
            int bits = fuzz.random().nextInt(bytes.length * 8 + 1);
            byte[] first = bytes.clone();
            byte[] last = bytes.clone();
            for (int bit = bits; bit < bytes.length * 8; bit++) {
                first[bit / 8] &= (byte) ~(0x80 >> bit % 8);
                last[bit / 8] |= (byte) (0x80 >> bit % 8);
            }
            Cidr block = Cidr.parse(address(first).getHostAddress() + "/" + bits);
            assertTrue(block.contains(address(first)));
            assertTrue(block.contains(address(bytes)));
            assertTrue(block.contains(address(last)));
            if (bits > 0) {
                byte[] outside = bytes.clone();
                int bit = fuzz.random().nextInt(bits);
                outside[bit / 8] ^= (byte) (0x80 >> bit % 8);
                assertFalse(block.contains(address(outside)));
            }
        });
    }

    @Test
    void aChangedBlockIsRefusedOrHoldsItsFirstAddress() {
        List<String> valid =
                List.of("10.0.0.0/8", "0.0.0.0/0", "255.255.255.255/32", "fd00::/8", "::/0", "64:ff9b::/96");
        Fuzz.rounds(5_000, fuzz -> {
            String text = fuzz.like(fuzz.oneOf(valid));
            try {
                Cidr block = Cidr.parse(text);
                assertTrue(block.contains(Cidr.literal(text.substring(0, text.indexOf('/')))));
            } catch (IllegalArgumentException refused) {
                assertTrue(String.valueOf(refused.getMessage()).contains("'" + text + "'"));
            }
        });
    }

    @Test
    void aLiteralIsTheAddressThatItShows() {
        List<String> valid =
                List.of("192.168.10.255", "::", "::1", "2001:db8::8:800:200c:417a", "1:2:3:4:5:6:7:8", "::8.8.8.8");
        Fuzz.rounds(5_000, fuzz -> {
            String text = fuzz.like(fuzz.oneOf(valid));
            if (Cidr.isLiteral(text)) {
                InetAddress address = Cidr.literal(text);
                assertTrue(Cidr.isLiteral(address.getHostAddress()), text);
                assertArrayEquals(
                        address.getAddress(),
                        Cidr.literal(address.getHostAddress()).getAddress());
                assertEquals(text.indexOf(':') < 0, address instanceof Inet4Address);
                assertTrue(text.indexOf(':') >= 0 || text.equals(address.getHostAddress()));
            }
        });
    }

    @Test
    void aChangedRuleIsRefusedOrMatchesWhatItNames() {
        List<String> valid = List.of(
                "llm.internal:8443",
                "Models.Internal",
                "10.1.0.0/16",
                "192.168.7.7:9000",
                "[fd00::7]:9000",
                "fd00::7",
                "fd12::/16");
        Fuzz.rounds(5_000, fuzz -> {
            String text = fuzz.like(fuzz.oneOf(valid));
            EgressRule rule;
            try {
                rule = EgressRule.parse(text);
            } catch (IllegalArgumentException refused) {
                assertTrue(String.valueOf(refused.getMessage()).contains("'" + text + "'"));
                return;
            }
            assertTrue(rule.port() >= 0 && rule.port() <= 65_535);
            assertNotEquals(rule.block() == null, rule.host().isEmpty());
            if (rule.block() == null) {
                assertTrue(HostName.isValid(rule.host()));
                int port = rule.port() == 0 ? 443 : rule.port();
                assertTrue(rule.matches(rule.host().toUpperCase(Locale.ROOT), port, InetAddress.ofLiteral("10.0.0.1")));
                assertFalse(rule.matches("x" + rule.host(), port, InetAddress.ofLiteral("10.0.0.1")));
                assertEquals(rule.port() == 0, rule.matches(rule.host(), port + 1, InetAddress.ofLiteral("10.0.0.1")));
            }
        });
    }

    @Test
    void aHostNameIsNeverReadAsAnAddress() {
        List<String> valid =
                List.of("api.example.com", "a1.2b.io", "xn--bcher-kva.example", "1.2.3.4", "0x7f.0x1", "127.1");
        Fuzz.rounds(5_000, fuzz -> {
            String text = fuzz.like(fuzz.oneOf(valid));
            if (HostName.isValid(text)) {
                assertFalse(Cidr.isLiteral(text));
                assertEquals(text, host(URI.create("https://" + text)));
                assertTrue(Arrays.stream(text.split("\\.", -1))
                        .allMatch(label -> label.length() <= 63 && !label.isEmpty()));
                assertFalse(Character.isDigit(text.charAt(text.lastIndexOf('.') + 1))
                        && text.substring(text.lastIndexOf('.') + 1).matches("[0-9]+|0x[0-9a-f]*"));
            }
        });
    }

    @Test
    void aNameHasAtMostTwoHundredAndFiftyThreeCharacters() {
        String longest = "a.".repeat(126) + "a";
        assertTrue(HostName.isValid(longest));
        assertFalse(HostName.isValid(longest + "a"));
        assertTrue(HostName.isValid("a".repeat(63)));
        assertFalse(HostName.isValid("a".repeat(64)));
    }

    private static InetAddress address(byte[] bytes) throws UnknownHostException {
        return InetAddress.getByAddress(bytes);
    }

    // Not getHost(): to java.net.URI a last label that begins with a digit is no host.
    private static String host(URI uri) {
        return uri.getAuthority().replaceFirst(":[0-9]+$", "");
    }
}
