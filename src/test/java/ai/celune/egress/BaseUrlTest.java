package ai.celune.egress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The adversarial cases 21, 25 and 26, as far as they show in a base URL. */
class BaseUrlTest {
    private static final AddressGuard STRICT = AddressGuard.of(List.of(), false);
    private static final AddressGuard DEVELOPMENT = AddressGuard.of(List.of(), true);

    @ParameterizedTest
    @CsvSource({
        "https://api.example.com, https://api.example.com",
        "https://api.example.com/, https://api.example.com",
        "HTTPS://API.Example.COM:443, https://api.example.com",
        "https://api.example.com:8443, https://api.example.com:8443",
        "https://api.example.com:1024/, https://api.example.com:1024",
        "https://xn--bcher-kva.example, https://xn--bcher-kva.example",
        "https://8.8.8.8, https://8.8.8.8",
        "https://[2606:4700::1111]:9443, https://[2606:4700::1111]:9443",
        "https://a1.2b.io, https://a1.2b.io",
    })
    void takesOrigins(String text, String origin) {
        assertEquals(origin, BaseUrl.parse(text, STRICT).origin());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "api.example.com",
                "//api.example.com",
                "https:/api.example.com",
                "https:api.example.com",
                "https:\\\\api.example.com",
                "http://api.example.com",
                "ftp://api.example.com",
                "file:///etc/passwd",
                "gopher://api.example.com",
                "jar:https://a!/b",
                "httpss://api.example.com",
                "https://",
                "https://user@api.example.com",
                "https://user:password@api.example.com",
                "https://api.example.com@evil.tld",
                "https://api.example.com#@evil.tld",
                "https://api.example.com?x",
                "https://api.example.com/v1",
                "https://api.example.com//",
                "https://api.example.com\\@evil.tld",
                "https://api.example.com/#",
                " https://api.example.com",
                "https://api.example.com ",
                "https://api.example.com\n",
                "https://api.exa\tmple.com",
                "https://api.example.com\r\nHost: evil",
                "https://api.example.com\0",
                "https://api%2eexample.com",
                "https://api.example.com.",
                "https://.example.com",
                "https://api..example.com",
                "https://-a.example.com",
                "https://a-.example.com",
                "https://a_b.example.com",
                "https://[f]",
                "https://[a.bc]",
                "https://bücher.example",
                "https://аpi.example.com",
                "https://api。example.com",
                "https://ⓐpi.example.com",
                "https://127.0.0.1。",
                "https://\u212aelvin.example",
            })
    void refusesEverythingThatIsNotAPlainOrigin(String text) {
        refuses(text, STRICT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2130706433",
                "017700000001",
                "0x7f000001",
                "0x7f.1",
                "0x7f.0.0.1",
                "127.1",
                "127.0.1",
                "0177.0.0.1",
                "0",
                "127.0.0.01",
                "127.0.0.0x1",
                "127.0.0.1.",
                "1.2.3.4.5",
                "256.1.1.1",
                "a.1",
                "a.0x",
                "0x",
                "127.0.0.1",
                "10.0.0.1",
                "169.254.169.254",
                "0.0.0.0",
                "100.64.0.1",
                "[::1]",
                "[::]",
                "[::ffff:169.254.169.254]",
                "[::ffff:8.8.8.8]",
                "[fd00:ec2::254]",
                "[fe80::1%25eth0]",
                "[64:ff9b::a9fe:a9fe]",
                "[8.8.8.8]",
                "::1",
                "[::1",
                "[]",
                "[g::1]"
            })
    void refusesAddressesInOddFormsAndInnerOnes(String host) {
        refuses("https://" + host, STRICT);
        refuses("https://" + host + ":8443", STRICT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0", "1", "22", "25", "80", "444", "1023", "65536", "99999", "", "+443", "-1", "0443", "4 43", "443:443"
            })
    void refusesOddPorts(String port) {
        refuses("https://api.example.com:" + port, STRICT);
    }

    @Test
    void takesAPortThatTheOperatorNames() {
        AddressGuard guard = AddressGuard.of(List.of("llm.internal:444"), false);
        assertEquals(
                "https://llm.internal:444",
                BaseUrl.parse("https://llm.internal:444", guard).origin());
        refuses("https://other.internal:444", guard);
        refuses("https://llm.internal:445", guard);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:8080", "http://localhost:80", "http://[::1]:9000", "https://127.0.0.1"})
    void takesPlainHttpToLoopbackInDevelopmentOnly(String text) {
        assertFalse(BaseUrl.parse(text, DEVELOPMENT).origin().isEmpty());
        refuses(text, STRICT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://api.example.com",
                "http://10.0.0.1",
                "http://localhost.evil.tld",
                "http://0.0.0.0",
                "ftp://127.0.0.1"
            })
    void developmentOpensNothingElse(String text) {
        refuses(text, DEVELOPMENT);
    }

    @Test
    void refusesLongTexts() {
        refuses("https://" + "a.".repeat(300) + "com", STRICT);
        refuses("https://" + "a".repeat(64) + ".com", STRICT);
    }

    private static void refuses(String text, AddressGuard guard) {
        RefusedDestinationException refusal =
                assertThrows(RefusedDestinationException.class, () -> BaseUrl.parse(text, guard), text);
        assertFalse(String.valueOf(refusal.getMessage()).contains("evil"));
    }
}
