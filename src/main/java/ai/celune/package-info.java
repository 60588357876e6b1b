/** The program: one main class that either serves or runs one of the launcher's commands. */
@NullMarked
package ai.celune;

import org.jspecify.annotations.NullMarked;
