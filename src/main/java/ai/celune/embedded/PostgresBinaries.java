package ai.celune.embedded;

import ai.celune.launcher.PrivateFiles;
import ai.celune.launcher.Refusal;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * The PostgreSQL programs from the class path, unpacked once per user and found again at once.
 * The folder is named by the archive's hash and belongs to the user, so nobody else can slip a program in.
 */
final class PostgresBinaries {
    private PostgresBinaries() {}

    /** The folder that holds {@code bin/postgres}. */
    static Path unpacked() {
        return unpacked(archive());
    }

    /** The same for another archive than the one that comes with the program. */
    static Path unpacked(byte[] archive) {
        Path home = cache().resolve("postgresql-" + digest(archive));
        if (Files.isDirectory(home)) {
            return home;
        }
        try {
            PrivateFiles.createDirectories(cache());
            Path partial = Files.createTempDirectory(cache(), "unpacking-");
            unpack(archive, partial);
            publish(partial, home);
            return home;
        } catch (IOException e) {
            throw Refusal.of("cannot unpack PostgreSQL into " + cache() + ": " + e.getMessage());
        }
    }

    private static void publish(Path partial, Path home) throws IOException {
        try {
            Files.move(partial, home, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (!Files.isDirectory(home)) {
                throw e;
            }
        }
    }

    private static Path cache() {
        String configured = System.getenv("CELUNE_CACHE");
        if (configured != null && !configured.isBlank()) {
            return Path.of(configured).toAbsolutePath();
        }
        String user = System.getProperty("user.home");
        String xdg = System.getenv("XDG_CACHE_HOME");
        if (isMac()) {
            return Path.of(user, "Library", "Caches", "celune");
        }
        return (xdg == null || xdg.isBlank() ? Path.of(user, ".cache") : Path.of(xdg)).resolve("celune");
    }

    private static byte[] archive() {
        try (InputStream in = PostgresBinaries.class.getClassLoader().getResourceAsStream(archiveName())) {
            if (in != null) {
                return in.readAllBytes();
            }
        } catch (IOException e) {
            throw Refusal.of("cannot read the embedded PostgreSQL: " + e.getMessage());
        }
        throw Refusal.of("this build holds no embedded PostgreSQL for " + System.getProperty("os.name") + " on "
                + System.getProperty("os.arch"));
    }

    /** What the archive for this machine is called inside its jar. */
    static String archiveName() {
        String arch = System.getProperty("os.arch");
        boolean arm = arch.equals("aarch64") || arch.equals("arm64");
        return "postgres-" + (isMac() ? "darwin" : "linux") + "-" + (arm ? "arm_64" : "x86_64") + ".txz";
    }

    private static boolean isMac() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("mac");
    }

    private static void unpack(byte[] archive, Path target) throws IOException {
        try (var tar = new TarArchiveInputStream(new XZInputStream(new ByteArrayInputStream(archive)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path path = target.resolve(entry.getName()).normalize();
                if (!path.startsWith(target)) {
                    throw new IOException("an entry leaves the archive");
                }
                write(entry, tar, path);
            }
        }
    }

    private static void write(TarArchiveEntry entry, InputStream content, Path path) throws IOException {
        if (entry.isDirectory()) {
            Files.createDirectories(path);
            return;
        }
        Path parent = path.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
        } else if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            Files.copy(content, path);
            Files.setPosixFilePermissions(
                    path, PosixFilePermissions.fromString((entry.getMode() & 0100) != 0 ? "rwxr-xr-x" : "rw-r--r--"));
        }
    }

    private static String digest(byte[] archive) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(archive);
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
