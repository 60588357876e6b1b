package ai.celune.tour;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.launcher.Arguments;
import ai.celune.launcher.Refusal;
import java.util.List;
import org.junit.jupiter.api.Test;

class TourOptionsTest {
    @Test
    void accessCodeMayBeGivenTwice() {
        TourOptions options = TourOptions.parse(new Arguments(List.of(
                "--json",
                "--base-url",
                "http://127.0.0.1:8080/",
                "--access-code",
                "one",
                "--access-code",
                "two",
                "--provider-port",
                "9999")));
        assertTrue(options.json());
        assertEquals("http://127.0.0.1:8080", options.baseUrl());
        assertEquals(List.of("one", "two"), options.accessCodes());
        assertEquals(9999, options.providerPort());
    }

    @Test
    void optionsThatNeedEachOtherAreRefusedAlone() {
        for (List<String> words : List.of(
                List.of("--base-url", "http://127.0.0.1:8080"),
                List.of("--base-url", "http://127.0.0.1:8080", "--access-code", "one"),
                List.of("--access-code", "one"),
                List.of("--provider-url", "http://127.0.0.1:1"),
                List.of("--provider-key", "key"),
                List.of("--base-url", "ftp://127.0.0.1"))) {
            Refusal refusal = assertThrows(Refusal.class, () -> TourOptions.parse(new Arguments(words)));
            assertEquals(2, refusal.exitCode());
        }
    }
}
