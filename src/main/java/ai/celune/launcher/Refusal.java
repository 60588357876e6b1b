package ai.celune.launcher;

/** Why a command cannot go on, in one line for the person who typed it; never a stack trace. */
public final class Refusal extends RuntimeException {
    private final int exitCode;

    private Refusal(String line, int exitCode) {
        super(line);
        this.exitCode = exitCode;
    }

    public static Refusal of(String line) {
        return new Refusal(line, 1);
    }

    /** The command line itself is wrong. */
    public static Refusal usage(String line) {
        return new Refusal(line, 2);
    }

    public int exitCode() {
        return exitCode;
    }
}
