package ai.celune.security;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How much of an address is kept for whom. */
class ClientAddressTest {
    @ParameterizedTest
    @CsvSource({
        "203.0.113.7, 203.0.113.7, 203.0.113.0/24",
        "::ffff:203.0.113.7, 203.0.113.7, 203.0.113.0/24",
        "2001:db8:1:2:3:4:5:6, 2001:db8:1:2:0:0:0:0/64, 2001:db8:1:0:0:0:0:0/48",
        "not an address, unknown, unknown"
    })
    void limitsSeeThePrefixAndPeopleTheNetwork(String address, String prefix, String network) {
        assertEquals(prefix, ClientAddress.prefix(address));
        assertEquals(network, ClientAddress.network(address));
    }
}
