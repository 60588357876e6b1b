@NullMarked
package ai.celune.ops;

import org.jspecify.annotations.NullMarked;
