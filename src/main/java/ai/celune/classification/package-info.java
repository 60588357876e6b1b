/**
 * What the registry of tables and columns promises and the service has to do: now, that rows go when their time is over (R38).
 *
 * <p>Owns the tables {@code classified_table} and {@code classified_column}, which migrations fill.
 */
@NullMarked
package ai.celune.classification;

import org.jspecify.annotations.NullMarked;
