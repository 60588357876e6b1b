package ai.celune.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.launcher.Arguments;
import ai.celune.launcher.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunTest {
    private static final Map<String, String> KEY = Map.of("CELUNE_API_KEY", "key");

    @Test
    void addressComesFromTheRunningService(@TempDir Path data) throws IOException {
        Files.writeString(data.resolve(DataDirectory.RUNNING), "{\"baseUrl\":\"http://127.0.0.1:1\"}");
        Map<String, String> variables = environment(KEY, "--data", data.toString());
        assertEquals("http://127.0.0.1:1/v1/proxy/openai/v1", variables.get("OPENAI_BASE_URL"));
        assertEquals("http://127.0.0.1:1/v1/proxy/anthropic", variables.get("ANTHROPIC_BASE_URL"));
        assertEquals("key", variables.get("ANTHROPIC_API_KEY"));
    }

    @Test
    void keyFileWinsOverTheEnvironment(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("key"), "from-file\n");
        Map<String, String> variables =
                environment(KEY, "--base-url", "http://celune/", "--api-key-file", file.toString());
        assertEquals("from-file", variables.get("OPENAI_API_KEY"));
        assertEquals("http://celune/v1/proxy/openai/v1", variables.get("OPENAI_BASE_URL"));
    }

    @Test
    void whatIsMissingIsNamed(@TempDir Path data) {
        assertTrue(refused(Map.of(), "--base-url", "http://celune").contains("CELUNE_API_KEY"));
        assertTrue(refused(KEY, "--data", data.toString()).contains("no running Celune"));
    }

    @Test
    void optionsOfBothCommandsStandUnderEachOther() {
        for (String usage : List.of(Run.USAGE, ProviderKeyCommand.USAGE)) {
            assertTrue(usage.contains("\n  --base-url URL"), usage);
            assertTrue(usage.contains("\n  --data DIR"), usage);
        }
    }

    private static String refused(Map<String, String> environment, String... words) {
        Refusal refusal = assertThrows(Refusal.class, () -> environment(environment, words));
        return String.valueOf(refusal.getMessage());
    }

    private static Map<String, String> environment(Map<String, String> environment, String... words) {
        return Run.environment(new Arguments(List.of(words)), environment);
    }
}
