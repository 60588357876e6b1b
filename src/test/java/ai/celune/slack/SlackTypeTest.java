package ai.celune.slack;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.celune.crypto.Secret;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Slack's own addresses and tokens, and nothing that only looks like them (case 25). */
class SlackTypeTest {
    private static final String PATH = "/services/T01AB/B02CD/aBcDeFgHiJkL";

    @ParameterizedTest
    @ValueSource(strings = {"https://hooks.slack.com" + PATH, "https://hooks.slack.com/services/T1/B1/0123456789ab"})
    void webhooks(String value) {
        assertEquals(Optional.of(SlackType.WEBHOOK), type(value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"xoxb-example-0123", "xoxb-1-2-aBcDeFgHi"})
    void botTokens(String value) {
        assertEquals(Optional.of(SlackType.BOT), type(value));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://hooks.slack.com" + PATH,
                "HTTPS://hooks.slack.com" + PATH,
                "https://HOOKS.slack.com" + PATH,
                "https://hooks.slack.com.evil.tld" + PATH,
                "https://hooks.slack.com@evil.tld" + PATH,
                "https://evil.tld@hooks.slack.com" + PATH,
                "https://evil.tld:x@hooks.slack.com" + PATH,
                "https://hooks.slack.com:443" + PATH,
                "https://hooks.slack.com:8443" + PATH,
                "https://hooks.slack.com." + PATH,
                "https://.hooks.slack.com" + PATH,
                "https://xhooks.slack.com" + PATH,
                "https://hooks-slack.com" + PATH,
                "https://hooks.slack.co" + PATH,
                "https://slack.com" + PATH,
                "https://evil.tld/hooks.slack.com" + PATH,
                "https://evil.tld?https://hooks.slack.com" + PATH,
                "https://evil.tld#https://hooks.slack.com" + PATH,
                "https://hooks.sl\u0430ck.com" + PATH,
                "https://hooks\u3002slack.com" + PATH,
                "https://hooks.slac\u212a.com" + PATH,
                "https://xn--hooks.slack.com" + PATH,
                "https://[::1]" + PATH,
                "https://127.0.0.1" + PATH,
                "https:/hooks.slack.com" + PATH,
                "https:///hooks.slack.com" + PATH,
                "https:\\\\hooks.slack.com" + PATH,
                "https://hooks.slack.com\\services\\T01AB\\B02CD\\aBcDeFgHiJkL",
                "//hooks.slack.com" + PATH,
                "hooks.slack.com" + PATH,
                "https://hooks.slack.com",
                "https://hooks.slack.com/",
                "https://hooks.slack.com/services",
                "https://hooks.slack.com/services/T01AB/B02CD",
                "https://hooks.slack.com/services/T01AB/B02CD/",
                "https://hooks.slack.com/services/T01AB/B02CD/short",
                "https://hooks.slack.com/services/X01AB/B02CD/aBcDeFgHiJkL",
                "https://hooks.slack.com/services/T01AB/X02CD/aBcDeFgHiJkL",
                "https://hooks.slack.com/services/t01ab/b02cd/aBcDeFgHiJkL",
                "https://hooks.slack.com/services/T01AB/B02CD/aBcDeFgHiJkL/more",
                "https://hooks.slack.com/services/T01AB/B02CD/aBcDeFgHiJkL/",
                "https://hooks.slack.com/Services/T01AB/B02CD/aBcDeFgHiJkL",
                "https://hooks.slack.com//services/T01AB/B02CD/aBcDeFgHiJkL",
                "https://hooks.slack.com/services//T01AB/B02CD/aBcDeFgHiJkL",
                "https://hooks.slack.com/services/T01AB%2fB02CD/aBcDeFgHiJkL",
                "https://hooks.slack.com%2fservices/T01AB/B02CD/aBcDeFgHiJkL",
                "https://hooks.slack.com/services/../T01AB/B02CD/aBcDeFgHiJkL",
                "https://hooks.slack.com/x/../services/T01AB/B02CD/aBcDeFgHiJkL",
                "https://hooks.slack.com/services/T01AB/B02CD/aBcDeFgHiJ..",
                "https://hooks.slack.com/services/T01AB/B02CD/aBcDeFgHiJkL;x",
                "https://hooks.slack.com/workflows/T01AB/A02CD/0123456789/aBcDeFgHiJkL",
                "https://hooks.slack.com/triggers/T01AB/0123456789/aBcDeFgHiJkL",
                "https://hooks.slack.com" + PATH + "?x=1",
                "https://hooks.slack.com" + PATH + "?",
                "https://hooks.slack.com" + PATH + "#x",
                "https://hooks.slack.com" + PATH + "#",
                " https://hooks.slack.com" + PATH,
                "https://hooks.slack.com" + PATH + " ",
                "https://hooks.slack.com" + PATH + "\n",
                "https://hooks.slack.com" + PATH + "\r\nHost: evil.tld",
                "https://hooks.slack.com\t" + PATH,
                "https://hooks.slack.com" + PATH + "\u0000",
                "xoxp-example-0123456",
                "xoxb-short",
                "XOXB-example-0123456",
                "xoxb_example_0123456",
                " xoxb-example-0123456",
                "xoxb-example-0123456\n",
                "xoxb-example 0123456",
                "xoxb-example\r\nX-Header: 1",
                "Bearer xoxb-example-0123",
                "xoxe.xoxb-example-0123",
                "sk-example-0123456789",
                "",
            })
    void nothingElse(String value) {
        assertEquals(Optional.empty(), type(value));
    }

    private static Optional<SlackType> type(String value) {
        try (Secret secret = Secret.copyOf(value.getBytes(UTF_8))) {
            return SlackType.of(secret);
        }
    }
}
