package ai.celune.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.celune.egress.RefusedDestinationException;
import ai.celune.support.Fuzz;
import java.net.URI;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The adversarial cases 24 and 44: a path cannot name another host, leave its place, or be read in two ways. */
class ProxyTargetTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/chat/completions", "/v1/files/", "/v1/models/gpt-4o:latest", "/v1/models/@cf/meta/llama", "/",
                        "/a;b=c/d",
                "/v1/models?limit=20&after=a%2Fb", "/v1/x?q=%0d%0a..//@[1]|{}", "/v1/x?a?b", "/v1/%E2%82%AC%20x",
                        "/v1/...", "/.well-known/x",
                "/v1/a..b", "/v1/x?"
            })
    void passesOnWhatCameByteForByte(String rest) {
        ProxyTarget target = ProxyTarget.parse("/v1/proxy/openai" + rest);
        assertEquals("openai", target.provider());
        assertEquals(rest, target.pathAndQuery());
    }

    @Test
    void anEmptyPathIsTheRoot() {
        assertEquals("/", ProxyTarget.parse("/v1/proxy/openai").pathAndQuery());
        assertEquals("/?x=1", ProxyTarget.parse("/v1/proxy/openai?x=1").pathAndQuery());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "#",
                "/#",
                "/v1#@evil",
                "/v1?x#y",
                "\\",
                "/\\evil",
                "/v1\\..\\x",
                "/v1?x\\y",
                "/v1 x",
                "/v1?x y",
                "/v1\tx",
                "/v1\r\nHost: evil",
                "/v1?x\r\ny",
                "/v1\0",
                "/v1\u007f",
                "/v1/é",
                "/v1?é",
                "/%",
                "/%2",
                "/%zz",
                "/%2g",
                "/v1?%",
                "/v1?%g0",
                "/%2f",
                "/%2F",
                "/a%2fb",
                "/a%5cb",
                "/a%5Cb",
                "/%252f",
                "/%25252F",
                "/%255c",
                "/%00",
                "/%0d%0aHost:x",
                "/%7f",
                "/%2500",
                "/..",
                "/.",
                "/../x",
                "/a/../b",
                "/a/./b",
                "/a/..",
                "/a/.",
                "/%2e",
                "/%2e%2e",
                "/%2E./x",
                "/.%2e/x",
                "/a/%2e%2e/b",
                "/%252e%252e/x",
                "/%25252e%2e",
                "/..;/x",
                "/..;a=b",
                "/.;/x",
                "/%2e%2e;x/y",
                "/..%3b/x",
                "/..%253B/x",
                "//",
                "//evil.tld",
                "//evil.tld/x",
                "/a//b",
                "/a//",
                "/;//evil",
                "/;/x",
                "@evil.tld",
                "@evil.tld/x",
                ":443@evil.tld/",
                ":80/",
                ".evil.tld/x",
                "%2fx",
                "/\"",
                "/<x>",
                "/a|b",
                "/^"
            })
    void refusesWhatCouldBeReadInTwoWays(String rest) {
        RefusedDestinationException refusal =
                assertThrows(RefusedDestinationException.class, () -> ProxyTarget.parse("/v1/proxy/openai" + rest));
        assertFalse(String.valueOf(refusal.getMessage()).contains("evil"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "*",
                "/v1/proxy",
                "/v1/proxy/",
                "/v1/proxy//x",
                "/v1/Proxy/openai/x",
                "/v1/proxy/OpenAI/x",
                "//v1/proxy/openai/x",
                "/v1;x=1/proxy/openai/x",
                "/v1/proxy;x/openai/x",
                "/v1/proxy/openai;x/y",
                "/v1/%70roxy/openai/x",
                "/v1/proxy/%6fpenai/x",
                "/v1/proxy/../x",
                "/v1/proxy/open_ai/x",
                "/v1/proxy/-x/y",
                "https://evil/v1/proxy/openai/x",
                "v1/proxy/openai/x",
                "/v1/proxy/openai\n/x"
            })
    void refusesEveryOtherWayToThisRoute(String target) {
        assertThrows(RefusedDestinationException.class, () -> ProxyTarget.parse(target));
    }

    @Test
    void readsUpToEightKibibytes() {
        String longest = "/v1/proxy/openai/" + "a".repeat(8192 - 17);
        assertEquals(8192 - 16, ProxyTarget.parse(longest).pathAndQuery().length());
        assertThrows(RefusedDestinationException.class, () -> ProxyTarget.parse(longest + "a"));
        ProxyTarget.parse("/v1/proxy/openai" + "/a".repeat(4000));
        ProxyTarget.parse("/v1/proxy/openai" + "/%20;".repeat(1600));
        ProxyTarget.parse("/v1/proxy/openai/?" + "%20a".repeat(2000));
        assertThrows(
                RefusedDestinationException.class,
                () -> ProxyTarget.parse("/v1/proxy/openai" + "/%2525252e".repeat(700) + "/.."));
    }

    static List<Long> seeds() {
        return new Random().longs(20).boxed().toList();
    }

    /** Whatever is accepted, another parser sees our origin in front of it, and resolving it changes nothing. */
    @ParameterizedTest
    @MethodSource("seeds")
    void whatIsAcceptedStaysOnItsOrigin(long seed) {
        Random random = new Random(seed);
        List<String> parts = List.of(
                "/",
                "/",
                "/",
                ".",
                "..",
                "%2e",
                "%2f",
                "@",
                ":",
                ";",
                "a",
                "evil.tld",
                "?",
                "#",
                "\\",
                "%25",
                "%5c",
                "%",
                "\n",
                "é",
                "//",
                "=");
        int accepted = 0;
        for (int i = 0; i < 5_000; i++) {
            StringBuilder rest = new StringBuilder("/");
            random.ints(random.nextInt(9), 0, parts.size()).forEach(n -> rest.append(parts.get(n)));
            try {
                ProxyTarget target = ProxyTarget.parse("/v1/proxy/openai" + rest);
                accepted++;
                URI uri = URI.create("https://api.example.com" + target.pathAndQuery());
                assertEquals("api.example.com", uri.getAuthority(), "seed " + seed);
                assertEquals(target.path(), uri.normalize().getRawPath(), "seed " + seed);
                assertEquals(
                        target.path().chars().filter(c -> c == '/').count(),
                        uri.getPath().chars().filter(c -> c == '/').count(),
                        "seed " + seed);
            } catch (RefusedDestinationException _) {
                // Refusing is always safe; that enough is accepted is asserted below.
            }
        }
        assertFalse(accepted < 250, "seed " + seed);
    }

    @Test
    void aChangedTargetIsRefusedOrPassedOnByteForByte() {
        Fuzz.rounds(5_000, fuzz -> {
            String text = fuzz.like("/v1/proxy/openai/v1/models/gpt-4o:latest%20x;a=b/y?limit=20&after=a%2Fb");
            try {
                ProxyTarget target = ProxyTarget.parse(text);
                String rest = text.substring(("/v1/proxy/" + target.provider()).length());
                assertEquals(rest.startsWith("/") ? rest : "/" + rest, target.pathAndQuery());
            } catch (RefusedDestinationException _) {
                // Refusing is always safe.
            }
        });
    }
}
