package ai.celune.egress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.egress.AddressGuard.Verdict;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The adversarial case 21: no spelling of an inner address is dialled. */
class AddressGuardTest {
    private static final AddressGuard STRICT = AddressGuard.of(List.of(), false);
    private static final AddressGuard WIDE_OPEN = AddressGuard.of(List.of("0.0.0.0/0", "::/0", "host"), true);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "8.8.8.8",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "126.255.255.255",
                "128.0.0.0",
                "169.253.255.255",
                "169.255.0.0",
                "172.15.255.255",
                "172.32.0.0",
                "192.0.1.0",
                "192.0.3.0",
                "192.167.255.255",
                "192.169.0.0",
                "198.17.255.255",
                "198.20.0.0",
                "223.255.255.255",
                "2606:4700::1111",
                "2001:4860:4860::8888",
                "2a00::1",
                "2001:200::1",
                "3ffe::1"
            })
    void dialsPublicAddresses(String address) {
        assertEquals(Verdict.ALLOWED, check(STRICT, address));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1", "127.255.255.254", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1",
                        "100.127.255.255",
                "169.254.0.1", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.0.1",
                "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "240.0.0.1", "::1", "fe80::1",
                "fec0::1", "fc00::1", "fd12:3456::1", "64:ff9b::8.8.8.8", "64:ff9b:1::1", "::8.8.8.8", "2001::1",
                "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1", "2002:808:808::1", "3fff::1", "100::1",
                "5f00::1", "4000::1"
            })
    void dialsNothingElse(String address) {
        assertEquals(Verdict.NOT_PUBLIC, check(STRICT, address));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "169.254.169.254",
                "169.254.170.2",
                "168.63.129.16",
                "100.100.100.200",
                "192.0.0.192",
                "fd00:ec2::254",
                "0.0.0.0",
                "::",
                "255.255.255.255",
                "224.0.0.1",
                "239.255.255.255",
                "ff02::1",
                "::ffff:169.254.169.254",
                "::169.254.169.254",
                "64:ff9b::169.254.169.254",
                "64:ff9b::a9fe:a9fe",
                "2002:a9fe:a9fe::1",
                "2001:0:1:2:3:4:5601:5601"
            })
    void dialsSomeAddressesNeverWhateverIsListed(String address) {
        assertEquals(Verdict.NEVER, check(WIDE_OPEN, address));
        assertEquals(Verdict.NEVER, WIDE_OPEN.check("host", 443, InetAddress.ofLiteral(address)));
        assertEquals(Verdict.NEVER, check(STRICT, address));
    }

    @Test
    void looksThroughTheMappedForm() throws UnknownHostException {
        byte[] bytes = new byte[16];
        bytes[10] = bytes[11] = (byte) 0xff;
        bytes[12] = 10;
        bytes[15] = 1;
        assertEquals(Verdict.NOT_PUBLIC, STRICT.check("h", 443, Inet6Address.getByAddress(null, bytes, -1)));
        System.arraycopy(new byte[] {(byte) 169, (byte) 254, (byte) 169, (byte) 254}, 0, bytes, 12, 4);
        assertEquals(Verdict.NEVER, WIDE_OPEN.check("h", 443, Inet6Address.getByAddress(null, bytes, -1)));
    }

    @Test
    void loopbackNeedsTheDevelopmentSetting() {
        AddressGuard development = AddressGuard.of(List.of(), true);
        assertEquals(Verdict.ALLOWED, check(development, "127.0.0.1"));
        assertEquals(Verdict.ALLOWED, check(development, "::1"));
        assertEquals(Verdict.NOT_PUBLIC, check(development, "10.0.0.1"));
        assertEquals(Verdict.NEVER, check(development, "0.0.0.0"));
    }

    @Test
    void anEntryOpensWhatItNamesAndNoMore() {
        AddressGuard guard = AddressGuard.of(
                List.of(
                        "llm.internal:8443",
                        "Models.Internal",
                        "10.1.0.0/16",
                        "192.168.7.7:9000",
                        "[fd00::7]:9000",
                        "fd12::/16"),
                false);
        InetAddress inner = InetAddress.ofLiteral("10.9.9.9");
        assertEquals(Verdict.ALLOWED, guard.check("llm.internal", 8443, inner));
        assertEquals(Verdict.NOT_PUBLIC, guard.check("llm.internal", 443, inner));
        assertEquals(Verdict.NOT_PUBLIC, guard.check("x.llm.internal", 8443, inner));
        assertEquals(Verdict.NOT_PUBLIC, guard.check("llm.internal.evil.tld", 8443, inner));
        assertEquals(Verdict.ALLOWED, guard.check("models.INTERNAL", 1, inner));
        assertEquals(Verdict.ALLOWED, guard.check("any", 443, InetAddress.ofLiteral("10.1.255.255")));
        assertEquals(Verdict.NOT_PUBLIC, guard.check("any", 443, InetAddress.ofLiteral("10.2.0.0")));
        assertEquals(Verdict.ALLOWED, guard.check("any", 9000, InetAddress.ofLiteral("192.168.7.7")));
        assertEquals(Verdict.NOT_PUBLIC, guard.check("any", 9001, InetAddress.ofLiteral("192.168.7.7")));
        assertEquals(Verdict.ALLOWED, guard.check("any", 9000, InetAddress.ofLiteral("fd00::7")));
        assertEquals(Verdict.ALLOWED, guard.check("any", 9000, InetAddress.ofLiteral("fd12:ffff::7")));
        assertEquals(Verdict.NOT_PUBLIC, guard.check("any", 9000, InetAddress.ofLiteral("fd13::7")));
    }

    @Test
    void aListedTranslationPrefixOpensOnlyThePublicAddressesBehindIt() {
        AddressGuard guard = AddressGuard.of(List.of("64:ff9b::/96"), false);
        assertEquals(Verdict.ALLOWED, check(guard, "64:ff9b::8.8.8.8"));
        assertEquals(Verdict.NOT_PUBLIC, check(guard, "64:ff9b::10.0.0.1"));
        assertEquals(Verdict.NOT_PUBLIC, check(guard, "64:ff9b::127.0.0.1"));
        assertEquals(
                Verdict.ALLOWED,
                check(AddressGuard.of(List.of("64:ff9b::/96", "10.0.0.0/8"), false), "64:ff9b::10.0.0.1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "a b",
                "*.internal",
                "host:",
                "host:0",
                "host:65536",
                "host:x",
                "host:1:2",
                "http://host",
                "host/",
                "10.0.0.0/33",
                "10.0.0.1/8",
                "10.0.0/8",
                "010.0.0.0/8",
                "10.0.0.0/08",
                "10.0.0.0/-1",
                "10.0.0.0/",
                "/8",
                "host/8",
                "fd00::1/8",
                "fd00::/129",
                "fd00::%eth0/64",
                "::ffff:10.0.0.0/104",
                "[fd00::1",
                "[host]:1",
                "[10.0.0.1]:1",
                "2130706433",
                "0x7f.1",
                "host.",
                "-host",
                "höst"
            })
    void namesAnEntryThatCannotBeRead(String entry) {
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> AddressGuard.of(List.of(entry), false));
        assertTrue(String.valueOf(refusal.getMessage()).contains("'" + entry + "'"));
    }

    private static Verdict check(AddressGuard guard, String address) {
        return guard.check("provider.example", 443, InetAddress.ofLiteral(address));
    }
}
