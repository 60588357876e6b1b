package ai.celune.provider;

import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * What tokens cost, by the operator's table: lines of {@code provider,model,from,input,output} under that head. A line holds from its day (UTC) on; amounts
 * are for a million tokens, in whatever currency the table is in. Of the lines for a model one with its
 * whole name counts before beginnings, a longer one before a shorter one, and then the latest.
 */
@ApplicationScoped
@Startup // A table that cannot be read stops the process, and not the first call.
public class Prices {
    private static final String HEAD = "provider,model,from,input,output";
    private static final int COLUMNS = 5;
    private static final int MILLION_DIGITS = 6;
    private static final Pattern AMOUNT = Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,6})?");

    private final List<Line> lines = new ArrayList<>();

    /** One line of the table. */
    private record Line(String provider, String model, LocalDate from, BigDecimal input, BigDecimal output) {
        boolean holds(String name, String used, LocalDate day) {
            return provider.equals(name) && ModelPattern.matches(model, used) && !from.isAfter(day);
        }
    }

    /** @throws IllegalStateException for a table that cannot be used */
    Prices(@ConfigProperty(name = "celune.prices.file") Optional<Path> table) {
        table.ifPresent(this::read);
    }

    private void read(Path table) {
        List<String> text;
        try {
            text = Files.readAllLines(table);
        } catch (IOException e) {
            throw new IllegalStateException("celune.prices.file: " + table + " cannot be read", e);
        }
        if (text.isEmpty() || !text.getFirst().equals(HEAD)) {
            throw new IllegalStateException("celune.prices.file: the first line must be " + HEAD);
        }
        for (int i = 1; i < text.size(); i++) {
            if (!text.get(i).isBlank()) {
                lines.add(line(text.get(i), i + 1));
            }
        }
        lines.sort(Comparator.comparing((Line line) -> !line.model().endsWith("*"))
                .thenComparingInt(line -> line.model().length())
                .thenComparing(Line::from)
                .reversed());
    }

    private static Line line(String text, int number) {
        String[] cells = text.split(",", -1);
        try {
            if (cells.length != COLUMNS || !cells[1].matches(ModelPattern.SYNTAX)) {
                throw new NumberFormatException();
            }
            return new Line(cells[0], cells[1], LocalDate.parse(cells[2]), amount(cells[3]), amount(cells[4]));
        } catch (DateTimeException | NumberFormatException e) {
            throw new IllegalStateException("celune.prices.file: line " + number + " is not " + HEAD, e);
        }
    }

    private static BigDecimal amount(String text) {
        if (!AMOUNT.matcher(text).matches()) {
            throw new NumberFormatException();
        }
        return new BigDecimal(text).movePointLeft(MILLION_DIGITS);
    }

    /** Whether anything of this provider has a price. */
    public boolean knows(String provider) {
        return lines.stream().anyMatch(line -> line.provider().equals(provider));
    }

    /** Whether a model has a price at that time. */
    public boolean knows(String provider, String model, Instant at) {
        return line(provider, model, at).isPresent();
    }

    /** What so many tokens of a model cost; empty when it has no price. */
    public Optional<BigDecimal> cost(String provider, String model, long input, long output, Instant at) {
        return line(provider, model, at)
                .map(line -> line.input()
                        .multiply(BigDecimal.valueOf(input))
                        .add(line.output().multiply(BigDecimal.valueOf(output)))
                        .stripTrailingZeros());
    }

    private Optional<Line> line(String provider, String model, Instant at) {
        LocalDate day = LocalDate.ofInstant(at, ZoneOffset.UTC);
        return lines.stream().filter(line -> line.holds(provider, model, day)).findFirst();
    }
}
