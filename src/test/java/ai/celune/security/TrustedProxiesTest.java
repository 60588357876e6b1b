package ai.celune.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A client writes what it likes into a forwarding field; only what trusted proxies added counts (case 50). */
class TrustedProxiesTest {
    private final TrustedProxies proxies =
            new TrustedProxies(true, Optional.of(List.of("10.0.0.7", "10.1.0.0/16", "fd00::/8")));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "203.0.113.9 | 198.51.100.1                         | 203.0.113.9",
                "10.0.0.7    | 198.51.100.1                         | 198.51.100.1",
                "10.0.0.7    | 1.2.3.4, 198.51.100.1                | 198.51.100.1",
                "10.0.0.7    | 1.2.3.4, 198.51.100.1, 10.1.2.3      | 198.51.100.1",
                "10.0.0.7    | 1.2.3.4, 10.0.0.7, 198.51.100.1      | 198.51.100.1",
                "10.0.0.7    | 10.1.0.1, 10.1.0.2                   | 10.1.0.1",
                "10.0.0.7    | 1.2.3.4, unknown                     | 10.0.0.7",
                "10.0.0.7    | ,                                    | 10.0.0.7",
                "10.0.0.7    | 198.51.100.1:4711                    | 198.51.100.1",
                "10.0.0.7    | [2001:db8::1]:4711                   | 2001:db8:0:0:0:0:0:1",
                "10.0.0.7    | [2001:db8::1]                        | 2001:db8:0:0:0:0:0:1",
                "10.0.0.7    | 2001:db8::1                          | 2001:db8:0:0:0:0:0:1",
                "10.0.0.7    | ::ffff:198.51.100.1                  | 198.51.100.1",
                "fd00:0:0:0:0:0:0:1 | 1.2.3.4, 198.51.100.1         | 198.51.100.1",
                "10.0.0.7    | 1.2.3.4, localhost                   | 10.0.0.7",
            })
    void theNearestAddressThatIsNoTrustedProxyIsTheClient(String peer, String field, String client) {
        assertEquals(client, proxies.client(peer, List.of(field)));
    }

    @Test
    void fieldsThatAreRepeatedAreOneChain() {
        assertEquals("198.51.100.1", proxies.client("10.0.0.7", List.of("1.2.3.4", "198.51.100.1", "10.1.0.1")));
        assertEquals("10.0.0.7", proxies.client("10.0.0.7", List.of()));
    }

    @Test
    void nobodyIsTrustedUnlessToldSo() {
        TrustedProxies none = new TrustedProxies(false, Optional.of(List.of("10.0.0.7")));
        assertEquals("10.0.0.7", none.client("10.0.0.7", List.of("198.51.100.1")));
        assertEquals(
                "10.0.0.7", new TrustedProxies(true, Optional.empty()).client("10.0.0.7", List.of("198.51.100.1")));
    }

    @Test
    void aNameIsNoProxy() {
        assertThrows(IllegalStateException.class, () -> new TrustedProxies(true, Optional.of(List.of("proxy.test"))));
    }
}
