@NullMarked
package ai.celune.tools;

import org.jspecify.annotations.NullMarked;
