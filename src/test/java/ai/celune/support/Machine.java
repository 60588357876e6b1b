package ai.celune.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The machine that measures, which is Linux: what it is, and what a process takes of it. */
public final class Machine {
    // Linux tells processor time in hundredths of a second, whatever its own clock is.
    private static final double MICROS_PER_TICK = 10_000;
    private static final int USER_TIME = 11;

    private Machine() {}

    /** What figures depend on, in one line. */
    static String describe() {
        return "%d cores, Linux %s, JDK %s, load average %.1f"
                .formatted(
                        cores(),
                        System.getProperty("os.version"),
                        Runtime.version(),
                        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    private static int cores() {
        return Runtime.getRuntime().availableProcessors();
    }

    /** A command that runs on the last core only, so that a load generator leaves the others alone. */
    public static List<String> onLastCore(List<String> command) {
        return Stream.concat(Stream.of("taskset", "-c", Integer.toString(cores() - 1)), command.stream())
                .toList();
    }

    /** Processor time in microseconds that a process, its descendants and those of them that have ended took. */
    public static double cpuMicros(long pid) {
        ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
        return Stream.concat(Stream.of(process), process.descendants())
                .mapToDouble(each -> cpu(each.pid(), USER_TIME, USER_TIME + 4))
                .sum();
    }

    /** Processor time in microseconds of the programs that this JVM has started and that have ended. */
    public static double cpuMicrosOfEndedChildren() {
        return cpu(ProcessHandle.current().pid(), USER_TIME + 2, USER_TIME + 4);
    }

    /** Memory of a process that is in use, in MB (10⁶ bytes). */
    public static double residentMegabytes(long pid) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
            String resident =
                    lines.filter(line -> line.startsWith("VmRSS:")).findFirst().orElseThrow();
            return Long.parseLong(resident.replaceAll("[^0-9]", "")) * 1_024 / 1e6;
        }
    }

    /** User and system time of the process itself, then of its ended children. */
    private static double cpu(long pid, int from, int to) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            // The name, which may contain anything, stands in parentheses.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return Arrays.stream(fields, from, to).mapToLong(Long::parseLong).sum() * MICROS_PER_TICK;
        } catch (NoSuchFileException ended) {
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
