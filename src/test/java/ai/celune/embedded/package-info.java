@NullMarked
package ai.celune.embedded;

import org.jspecify.annotations.NullMarked;
