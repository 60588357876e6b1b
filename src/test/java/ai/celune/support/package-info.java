/** What tests share: real servers and ways to act as somebody. */
@NullMarked
package ai.celune.support;

import org.jspecify.annotations.NullMarked;
