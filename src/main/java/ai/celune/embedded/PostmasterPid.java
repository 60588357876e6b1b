package ai.celune.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The lock file of a PostgreSQL data directory. It outlives a killed server and, after a reboot, may name a process
 * that has nothing to do with PostgreSQL; so it is believed only when that process is a postgres.
 */
record PostmasterPid(long pid) {
    static Optional<PostmasterPid> read(Path pgdata) {
        try {
            return parse(Files.readAllLines(pgdata.resolve("postmaster.pid")));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    static Optional<PostmasterPid> parse(List<String> lines) {
        if (lines.isEmpty() || !lines.getFirst().strip().matches("[0-9]{1,10}")) {
            return Optional.empty();
        }
        return Optional.of(new PostmasterPid(Long.parseLong(lines.getFirst().strip())));
    }

    boolean isPostgres() {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .flatMap(process -> process.info().command())
                .map(command -> Path.of(command).getFileName())
                .filter(name -> name != null && name.toString().startsWith("postgres"))
                .isPresent();
    }
}
