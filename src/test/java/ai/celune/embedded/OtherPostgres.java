package ai.celune.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipFile;

/** PostgreSQL in the other versions that are supported, and under other role names. */
public final class OtherPostgres {
    private OtherPostgres() {}

    /** A server of a version whose binaries the build has put under {@code target/other-postgresql}. */
    public static PostgresServer start(int version, Path folder, String superuserPassword) {
        Path jar = Path.of("target", "other-postgresql", version + ".jar");
        try (ZipFile zip = new ZipFile(jar.toFile());
                InputStream archive = zip.getInputStream(zip.getEntry(PostgresBinaries.archiveName()))) {
            PostgresPrograms programs = PostgresPrograms.in(PostgresBinaries.unpacked(archive.readAllBytes()));
            // Our own initdb asks for a locale provider that 16 does not have.
            Path password = Files.writeString(folder.resolve("superuser"), superuserPassword);
            PostgresPrograms.Result made = programs.run(
                    "initdb",
                    "--pgdata=" + folder.resolve("postgresql"),
                    "--username=postgres",
                    "--pwfile=" + password,
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale=C");
            if (made.exit() != 0) {
                throw new IllegalStateException(made.output());
            }
            return PostgresServer.start(programs, folder, superuserPassword);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Roles whose names begin with another word than {@code celune}. */
    public static void roles(PostgresServer server, String database, Passwords passwords, String prefix) {
        RolesScript.apply(server, database, passwords, prefix);
    }
}
