@NullMarked
package ai.celune.launcher;

import org.jspecify.annotations.NullMarked;
