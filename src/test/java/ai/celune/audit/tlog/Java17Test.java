package ai.celune.audit.tlog;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Auditors verify with what they have: the package compiles as Java 17 and with the JDK alone, null annotations apart. */
class Java17Test {
    private static final Path SOURCES = Path.of("src/main/java/ai/celune/audit/tlog");

    @TempDir
    Path classes;

    @Test
    void thePackageIsJava17AndNeedsNothingElse() throws IOException, URISyntaxException {
        Path annotations = Path.of(NullMarked.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter output = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
                Stream<Path> sources = Files.list(SOURCES)) {
            List<String> options = List.of(
                    "--release",
                    "17",
                    "-proc:none",
                    "-Xlint:all,-serial",
                    "-Werror",
                    "-classpath",
                    annotations.toString(),
                    "-d",
                    classes.toString());
            List<Path> each =
                    sources.filter(file -> file.toString().endsWith(".java")).toList();
            boolean compiled = compiler.getTask(
                            output, files, null, options, null, files.getJavaFileObjectsFromPaths(each))
                    .call();
            assertEquals("", output.toString());
            assertEquals(true, compiled);
        }
    }
}
