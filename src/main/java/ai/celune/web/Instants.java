package ai.celune.web;

import java.time.DateTimeException;
import java.time.Instant;

/** Instants as clients write them (RFC 3339). */
public final class Instants {
    private static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999999Z");

    private Instants() {}

    /**
     * An instant in any of the spellings of RFC 3339.
     *
     * @throws DateTimeException also outside the years that they can name, which Java knows and PostgreSQL does not
     */
    public static Instant parse(String text) {
        Instant instant = Instant.parse(text);
        if (instant.isBefore(FIRST) || instant.isAfter(LAST)) {
            throw new DateTimeException("not a year of four digits");
        }
        return instant;
    }
}
