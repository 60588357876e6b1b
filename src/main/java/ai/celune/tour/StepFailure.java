package ai.celune.tour;

import org.jspecify.annotations.Nullable;

/** A fact of a step that does not hold: what was expected, what came instead. */
final class StepFailure extends RuntimeException {
    private final @Nullable Integer status;

    StepFailure(String detail, @Nullable Integer status) {
        super(detail);
        this.status = status;
    }

    @Nullable
    Integer status() {
        return status;
    }

    static void require(boolean holds, String expected, String got) {
        if (!holds) {
            throw new StepFailure("expected " + expected + ", got " + got, null);
        }
    }
}
