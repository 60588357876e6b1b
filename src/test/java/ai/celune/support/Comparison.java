package ai.celune.support;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Several ways to do one thing, measured in turn (A B C A B C …) after a warm-up, so that a machine whose speed drifts is equally slow for all. Medians with
 * their spread, and each way's ratio to the first, round by round, go to {@code target/bench.md}.
 */
public final class Comparison {
    private static final Path RESULTS = Path.of("target", "bench.md");

    private final String title;
    private final String[] figures;
    private final Map<String, Arm> arms = new LinkedHashMap<>();
    private int warmUp = 3;
    private int rounds = 9;

    /** @param figures what each way is measured by, with its unit */
    public Comparison(String title, String... figures) {
        this.title = title;
        this.figures = figures.clone();
    }

    /** One way. */
    @FunctionalInterface
    public interface Arm {
        /** The figures of one round. */
        double[] round() throws Exception;
    }

    public void arm(String name, Arm arm) {
        arms.put(name, arm);
    }

    /** Other numbers than three rounds to warm up and nine that count. */
    public Comparison rounds(int toWarmUp, int thatCount) {
        warmUp = toWarmUp;
        rounds = thatCount;
        return this;
    }

    /** Measures and writes the table; the medians by way. */
    public Map<String, double[]> run() throws Exception {
        Map<String, double[][]> measured = new LinkedHashMap<>();
        for (int round = -warmUp; round < rounds; round++) {
            for (Map.Entry<String, Arm> arm : arms.entrySet()) {
                double[] each = arm.getValue().round();
                double[][] all = measured.computeIfAbsent(arm.getKey(), _ -> new double[figures.length][rounds]);
                for (int i = 0; i < figures.length && round >= 0; i++) {
                    all[i][round] = each[i];
                }
            }
        }
        Files.writeString(RESULTS, table(measured), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        Map<String, double[]> medians = new LinkedHashMap<>();
        measured.forEach((name, all) -> medians.put(
                name, Arrays.stream(all).mapToDouble(Comparison::median).toArray()));
        return medians;
    }

    private String table(Map<String, double[][]> measured) {
        StringBuilder table = new StringBuilder("\n**%s**\n\n%s\n\n| way |".formatted(title, Machine.describe()));
        for (String figure : figures) {
            table.append(' ').append(figure).append(" | ratio |");
        }
        table.append("\n|---|").append("---|---|".repeat(figures.length)).append('\n');
        double[][] first = measured.values().iterator().next();
        measured.forEach((name, all) -> {
            table.append("| ").append(name).append(" |");
            for (int i = 0; i < figures.length; i++) {
                double[] own = all[i];
                double[] reference = first[i];
                double[] ratios = IntStream.range(0, own.length)
                        .mapToDouble(round -> own[round] / reference[round])
                        .toArray();
                table.append(" %s | %s |".formatted(spread(own), Arrays.equals(own, reference) ? "1" : spread(ratios)));
            }
            table.append('\n');
        });
        return table.toString();
    }

    private static String spread(double[] values) {
        double median = median(values);
        String format = median < 100 ? "%.2f" : "%.0f";
        double least = Arrays.stream(values).min().orElseThrow();
        double most = Arrays.stream(values).max().orElseThrow();
        return (format + " (" + format + "–" + format + ")").formatted(median, least, most);
    }

    private static double median(double[] values) {
        return Arrays.stream(values)
                .sorted()
                .skip(values.length / 2)
                .findFirst()
                .orElseThrow();
    }
}
