package ai.celune.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.launcher.Arguments;
import ai.celune.launcher.Refusal;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class UpOptionsTest {
    @Test
    void defaultsAreTheUsualPorts() {
        UpOptions options = parse();
        assertEquals(8080, options.port());
        assertEquals(9000, options.managementPort());
        assertTrue(options.data().endsWith(".celune"));
        assertNull(options.readyFile());
    }

    @Test
    void anyPortMeansAnyManagementPort() {
        assertEquals(0, parse("--port", "0").managementPort());
        assertEquals(9100, parse("--port", "0", "--management-port", "9100").managementPort());
        assertEquals(9000, parse("--port", "8081").managementPort());
    }

    @Test
    void valuesMayFollowAnEqualsSign() {
        UpOptions options = parse("--data=/tmp/x", "--ready-file=ready");
        assertEquals(Path.of("/tmp/x"), options.data());
        assertEquals(Path.of("ready"), options.readyFile());
    }

    @Test
    void wrongWordsAreRefused() {
        for (List<String> words : List.of(
                List.of("--port", "65536"),
                List.of("--port", "-1"),
                List.of("--port"),
                List.of("--prot", "1"),
                List.of("8080"))) {
            Refusal refusal = assertThrows(Refusal.class, () -> UpOptions.parse(new Arguments(words)));
            assertEquals(2, refusal.exitCode());
        }
    }

    private static UpOptions parse(String... words) {
        return UpOptions.parse(new Arguments(List.of(words)));
    }
}
