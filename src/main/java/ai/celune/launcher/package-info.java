/**
 * What the commands share: arguments, the two output streams, and refusals that are one line long.
 * Nothing here is part of a serving process.
 */
@NullMarked
package ai.celune.launcher;

import org.jspecify.annotations.NullMarked;
