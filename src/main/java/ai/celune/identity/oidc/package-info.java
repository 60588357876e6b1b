/**
 * Identity providers: the code flow that quarkus-oidc runs with them, what their claims mean here, and what Celune asks them or is told by them later.
 *
 * <p>Knows no session, account or workspace, and keeps nothing: {@code ai.celune.identity} does. Nothing is asked of a provider before somebody signs in
 * there, so a provider that is away holds up nothing but its own sign-ins.
 */
@NullMarked
package ai.celune.identity.oidc;

import org.jspecify.annotations.NullMarked;
