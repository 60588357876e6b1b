package ai.celune.launcher;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * The two streams of a command: results on one, progress on the other.
 * Opened on the descriptors, so that logging which redirects the usual streams does not mix in.
 */
public record Console(PrintStream outStream, PrintStream errorStream) {

    public static Console standard() {
        return new Console(open(FileDescriptor.out), open(FileDescriptor.err));
    }

    public void out(String line) {
        outStream.println(line);
    }

    public void error(String line) {
        errorStream.println(line);
    }

    private static PrintStream open(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }
}
