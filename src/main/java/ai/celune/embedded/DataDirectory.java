package ai.celune.embedded;

import ai.celune.launcher.PrivateFiles;
import ai.celune.launcher.Refusal;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A data directory while this process owns it. The lock dies with the process, however it ends. */
public final class DataDirectory implements AutoCloseable {
    /** {@code {baseUrl, managementUrl}} of the process that serves this directory now. */
    public static final String RUNNING = "running.json";

    private final Path path;
    private final FileChannel lockFile;

    private DataDirectory(Path path, FileChannel lockFile) {
        this.path = path;
        this.lockFile = lockFile;
    }

    /** {@code .celune} beside the launcher, or in the working directory when there is none. */
    public static Path defaultPath() {
        return Path.of(System.getProperty("celune.home", "."), ".celune")
                .toAbsolutePath()
                .normalize();
    }

    public static DataDirectory open(Path path) {
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw Refusal.of(path + " is not a directory");
        }
        try {
            PrivateFiles.createDirectories(path);
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
            return lock(path);
        } catch (IOException e) {
            throw Refusal.of("cannot write to the data directory " + path);
        }
    }

    private static DataDirectory lock(Path path) throws IOException {
        FileChannel channel = FileChannel.open(
                path.resolve("lock"),
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        if (tryLock(channel) == null) {
            channel.close();
            throw Refusal.of("the data directory " + path + " is in use by another Celune; stop it or choose --data");
        }
        return new DataDirectory(path, channel);
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    public Path path() {
        return path;
    }

    public Path file(String name) {
        return path.resolve(name);
    }

    /** The one-time code of the first workspace; made once, kept until it is used. */
    public Path bootstrapCode() {
        Path file = file("bootstrap-code");
        try {
            if (!Files.exists(file)) {
                PrivateFiles.write(file, Passwords.bootstrapCode());
            }
        } catch (IOException e) {
            throw Refusal.of("cannot write " + file);
        }
        return file;
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(file(RUNNING));
        lockFile.close();
    }
}
