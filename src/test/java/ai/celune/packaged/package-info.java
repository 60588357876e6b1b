/** Tests of the packaged program, run as its users run it. */
@NullMarked
package ai.celune.packaged;

import org.jspecify.annotations.NullMarked;
