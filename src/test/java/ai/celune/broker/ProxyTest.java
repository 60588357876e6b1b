package ai.celune.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.celune.egress.AddressGuard;
import ai.celune.egress.BaseUrl;
import ai.celune.egress.EgressConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.net.ProxyOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyTest {
    private final AddressGuard guard = AddressGuard.of(
            List.of("models.corp.example", "one.corp.example:8443", "10.1.0.0/16", "10.2.0.1:8443"), true);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://api.openai.com",
                "https://one.corp.example",
                "https://other.models.corp.example",
                "https://127.0.0.1:8443"
            })
    void whatTheOperatorsListDoesNotNameLeavesByTheProxy(String origin) {
        ProxyOptions by = by(Map.of("celune.egress.proxy", "http://proxy.corp.example:3128"), origin);
        assertEquals("proxy.corp.example", by.getHost());
        assertEquals(3128, by.getPort());
        assertNull(by.getUsername());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://models.corp.example",
                "https://models.corp.example:8443",
                "https://one.corp.example:8443",
                "https://10.1.2.3",
                "https://10.2.0.1:8443",
                "http://127.0.0.1:8080"
            })
    void whatItNamesIsDialled(String origin) {
        Proxy proxy = proxy(Map.of("celune.egress.proxy", "http://proxy.corp.example:3128"));
        assertNull(proxy.forOrigin(BaseUrl.parse(origin, guard)));
    }

    @Test
    void withoutAProxyEverythingIsDialled() {
        assertNull(proxy(Map.of()).forOrigin(BaseUrl.parse("https://api.openai.com", guard)));
    }

    @Test
    void passwordsMayHoldColons(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("credentials"), "celune:a:b\n");
        ProxyOptions by = by(
                Map.of(
                        "celune.egress.proxy",
                        "http://10.0.0.1:3128/",
                        "celune.egress.proxy-credentials",
                        file.toString()),
                "https://api.openai.com");
        assertEquals("celune", by.getUsername());
        assertEquals("a:b", by.getPassword());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "proxy:3128",
                "https://proxy:3128",
                "socks5://proxy:3128",
                "http://proxy",
                "http://proxy:0",
                "http://user@proxy:3128",
                "http://proxy:3128/path",
                "http://proxy:3128?a=b",
                "http://proxy:3128#a"
            })
    void aProxyThatCannotBeUsedIsRefusedAtOnce(String url) {
        assertThrows(IllegalStateException.class, () -> proxy(Map.of("celune.egress.proxy", url)));
    }

    private ProxyOptions by(Map<String, String> settings, String origin) {
        return Objects.requireNonNull(proxy(settings).forOrigin(BaseUrl.parse(origin, guard)));
    }

    private Proxy proxy(Map<String, String> settings) {
        EgressConfig config = new SmallRyeConfigBuilder()
                .withMapping(EgressConfig.class)
                .withDefaultValues(settings)
                .build()
                .getConfigMapping(EgressConfig.class);
        return new Proxy(config, guard);
    }
}
