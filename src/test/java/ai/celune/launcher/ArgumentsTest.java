package ai.celune.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.Fuzz;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The words of a command line: understood, or refused in a sentence that names the option. */
class ArgumentsTest {
    @Test
    void aValueStandsBehindItsOptionOrItsEqualsSign() {
        Arguments arguments = new Arguments(List.of("--port", "8080", "--data=/x=y"));
        assertEquals("--port", arguments.nextOption());
        assertEquals(8080, arguments.port("--port"));
        assertEquals("--data", arguments.nextOption());
        assertEquals("/x=y", arguments.value("--data"));
        assertNull(arguments.nextOption());
    }

    @Test
    void aMissingValueIsNamed() {
        assertTrue(refusal(() -> new Arguments(List.of()).value("--data")).contains("--data"));
        assertTrue(refusal(() -> new Arguments(List.of("")).value("--data")).contains("--data"));
        assertTrue(refusal(() -> new Arguments(List.of("data")).nextOption()).contains("'data'"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "65535", "00080"})
    void aPortIsANumberOfSixteenBits(String port) {
        assertEquals(Integer.parseInt(port), new Arguments(List.of(port)).port("--port"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "65536", "99999", "100000", "8080 ", "0x50", "\u0661"})
    void anyOtherPortIsRefused(String port) {
        assertTrue(refusal(() -> new Arguments(List.of(port)).port("--port")).contains("--port"));
    }

    @ParameterizedTest
    @CsvSource({
        "http://celune, http://celune",
        "https://celune:8443/, https://celune:8443",
        "https://celune/a/, https://celune/a",
        "https://celune//, https://celune",
        "http://[::1]:80, http://[::1]:80"
    })
    void anAddressHasNoSlashAtItsEnd(String sent, String url) {
        assertEquals(url, new Arguments(List.of(sent)).url("--base-url"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"celune", "ftp://celune", "http://", "http:///x", "http://a b", "HTTP://celune", "http://[::1"})
    void anyOtherAddressIsRefused(String url) {
        assertTrue(refusal(() -> new Arguments(List.of(url)).url("--base-url")).contains("--base-url"));
    }

    @Test
    void anyWordsAreUnderstoodOrRefused() {
        List<String> words =
                List.of("--port", "--port=8080", "--base-url=https://celune:8443/x/", "8080", "https://celune/");
        Fuzz.rounds(5_000, fuzz -> {
            Arguments arguments = new Arguments(fuzz.random()
                    .ints(fuzz.random().nextInt(5), 0, words.size())
                    .mapToObj(i -> fuzz.like(words.get(i)))
                    .toList());
            try {
                for (String option = arguments.nextOption(); option != null; option = arguments.nextOption()) {
                    assertTrue(option.startsWith("--") && option.indexOf('=') < 0);
                    if (fuzz.random().nextBoolean()) {
                        int port = arguments.port(option);
                        assertTrue(port >= 0 && port <= 65_535);
                    } else {
                        String url = arguments.url(option);
                        assertFalse(url.endsWith("/"));
                        assertFalse(URI.create(url).getHost().isEmpty());
                    }
                }
            } catch (Refusal refused) {
                assertFalse(String.valueOf(refused.getMessage()).isEmpty());
            }
        });
    }

    private static String refusal(org.junit.jupiter.api.function.Executable call) {
        return String.valueOf(assertThrows(Refusal.class, call).getMessage());
    }
}
