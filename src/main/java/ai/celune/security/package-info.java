/**
 * Who is calling, with which credential, in which workspace, with which permissions, and from where.
 *
 * <p>{@link ai.celune.security.Actor} is what every feature reads. Features bring the authentication mechanisms that make one; this
 * package knows none of them.
 */
@NullMarked
package ai.celune.security;

import org.jspecify.annotations.NullMarked;
