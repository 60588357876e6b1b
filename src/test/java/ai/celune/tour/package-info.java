@NullMarked
package ai.celune.tour;

import org.jspecify.annotations.NullMarked;
