package ai.celune.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.crypto.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** R17: what attackers try first is refused, in whatever case it is written, and nothing else is. */
class BreachedPasswordsTest {
    @ParameterizedTest
    @ValueSource(strings = {"1234567890", "password123", "PassWord123", "QWERTYUIOP", "1q2w3e4r5t"})
    void whatIsInTheListIsRefused(String password) {
        assertTrue(contain(password));
    }

    @ParameterizedTest
    @ValueSource(strings = {"correct horse battery", "password123 ", "1234567890\u0000", "pässword123", ""})
    void whatIsNotInTheListIsTaken(String password) {
        assertEquals(false, contain(password));
    }

    @Test
    void theListHoldsLinesOfTheLengthThatIsAskedForAndMoreThanAHundredThousand() throws IOException {
        try (InputStream file = Objects.requireNonNull(getClass().getResourceAsStream("/breached-passwords.txt"))) {
            List<String> lines = new String(file.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .toList();
            assertTrue(lines.size() > 100_000, lines.size() + " lines");
            assertEquals(
                    List.of(), lines.stream().filter(line -> line.length() < 10).toList());
            lines.forEach(line -> assertTrue(contain(line), line));
        }
    }

    @Test
    void theSecretStaysAsItIs() {
        try (Secret password = Secret.taking("PassWord123".getBytes(StandardCharsets.UTF_8))) {
            BreachedPasswords.contain(password);
            assertEquals("PassWord123", new String(password.bytes(), StandardCharsets.UTF_8));
        }
    }

    private static boolean contain(String password) {
        try (Secret secret = Secret.taking(password.getBytes(StandardCharsets.UTF_8))) {
            return BreachedPasswords.contain(secret);
        }
    }
}
