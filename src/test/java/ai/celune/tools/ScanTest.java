package ai.celune.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commit hook and the scan, in a repository of their own. Findings are put together here, lest they be found. */
class ScanTest {
    private static final String TAIL = "abcdefghijABCDEFGHIJ0123456789abcdefghijABCDEFGHI";

    @TempDir
    private Path repository;

    private record Ended(int exit, String output) {}

    @BeforeEach
    void install() throws Exception {
        Path hooks = Files.createDirectories(repository.resolve("tools/hooks"));
        for (String name : List.of("scan", "pre-commit", "install", "patterns", "allowed")) {
            Files.copy(
                    Path.of("tools/hooks", name),
                    hooks.resolve(name),
                    java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
        }
        run("git", "init", "--quiet");
        assertEquals(0, run("tools/hooks/install").exit());
        run("git", "add", ".");
        assertEquals(0, commit().exit());
    }

    @ParameterizedTest
    @CsvSource({
        "secret-openai,      sk-proj-,            ''",
        "secret-slack,       xoxb-,               ''",
        "secret-celune,      clk_live_,           ''",
        "secret-github,      ghp_,                ''",
        "secret-private-key, -----BEGIN RSA PRIV, ATE KEY-----",
        "internal-host,      https://build.inter, nal/job",
        "internal-address,   10.1.,               2.3",
        "internal-home,      /home/some,          one/celune",
    })
    void commitIsRefusedAndNothingPrinted(String name, String start, String rest) throws Exception {
        String finding = start + (rest.isEmpty() ? TAIL : rest);
        add("src/main/Found.java", "// " + finding);
        Ended commit = commit();
        assertEquals(1, commit.exit(), commit.output());
        assertTrue(commit.output().contains("src/main/Found.java:1: " + name), commit.output());
        assertFalse(commit.output().contains(finding), "the finding itself is printed");
        assertEquals(1, run("tools/hooks/scan").exit());
    }

    @Test
    void examplesInDocumentsMayHoldAddressesButNoSecrets() throws Exception {
        add("docs/deploy.md", "listen on 10.0." + "0.1");
        assertEquals(0, commit().exit());
        add("docs/deploy.md", "key sk-" + TAIL);
        assertEquals(1, commit().exit());
    }

    @Test
    void shortExamplesAreNoSecrets() throws Exception {
        add("README.md", "clk_live_… and sk-… and https://example.com and xoxb-1");
        assertEquals(0, commit().exit());
    }

    @Test
    void exceptionNeedsItsReason() throws Exception {
        add("Found.java", "clk_test_" + TAIL);
        allow("secret-celune\tFound.java\tthe published example key\n");
        assertEquals(0, commit().exit());
        allow("secret-celune\tOther.java\t\n");
        assertEquals(2, run("tools/hooks/scan").exit());
    }

    private void allow(String entry) throws IOException {
        Files.writeString(repository.resolve("tools/hooks/allowed"), entry, StandardOpenOption.APPEND);
    }

    private void add(String path, String content) throws Exception {
        Path file = repository.resolve(path);
        Path parent = file.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Files.writeString(file, content + "\n");
        run("git", "add", path);
    }

    private Ended commit() throws Exception {
        return run("git", "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "-m", "Change");
    }

    private Ended run(String... command) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(repository.toFile()).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("GIT_"));
        builder.environment().putAll(Map.of("GIT_CONFIG_GLOBAL", "/dev/null", "GIT_CONFIG_SYSTEM", "/dev/null"));
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), output);
    }
}
