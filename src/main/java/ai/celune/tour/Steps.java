package ai.celune.tour;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Runs steps in order; one whose ground is missing fails without being tried. */
final class Steps {
    /** What a step found when it held. */
    record Held(@Nullable Integer status, String detail) {}

    @FunctionalInterface
    interface Body {
        Held run();
    }

    private record Step(String name, Set<String> needs, Body body) {}

    private static final int DEADLINE_SECONDS = 90;

    private final List<Step> steps = new ArrayList<>();

    void add(String name, Set<String> needs, Body body) {
        steps.add(new Step(name, needs, body));
    }

    Report run(Consumer<Report.Line> progress) {
        List<Report.Line> lines = new ArrayList<>();
        Set<String> held = new HashSet<>();
        for (Step step : steps) {
            Report.Line line = run(step, held);
            if (line.ok()) {
                held.add(step.name());
            }
            lines.add(line);
            progress.accept(line);
        }
        return new Report(lines);
    }

    /** Every step failed for the same reason, before the first one. */
    Report none(String reason, Consumer<Report.Line> progress) {
        List<Report.Line> lines = steps.stream()
                .map(step -> new Report.Line(step.name(), false, 0, null, reason))
                .toList();
        lines.forEach(progress);
        return new Report(lines);
    }

    private static Report.Line run(Step step, Set<String> held) {
        List<String> missing = step.needs().stream()
                .filter(need -> !held.contains(need))
                .sorted()
                .toList();
        if (!missing.isEmpty()) {
            return new Report.Line(step.name(), false, 0, null, "needs " + String.join(", ", missing));
        }
        long start = System.nanoTime();
        try {
            Held result = withDeadline(step.body());
            return new Report.Line(step.name(), true, since(start), result.status(), result.detail());
        } catch (StepFailure failure) {
            return new Report.Line(
                    step.name(), false, since(start), failure.status(), String.valueOf(failure.getMessage()));
        }
    }

    /** A service that answers half and stays silent must not hold the tour. */
    private static Held withDeadline(Body body) {
        CompletableFuture<Held> result = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                result.complete(body.run());
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        try {
            return result.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new StepFailure("expected an end within " + DEADLINE_SECONDS + " s, got none", null);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof StepFailure failure
                    ? failure
                    : new StepFailure("expected an answer of the contract's shape, got " + e.getCause(), null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StepFailure("interrupted", null);
        }
    }

    private static long since(long start) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }
}
