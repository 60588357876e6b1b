/**
 * People and how they prove who they are: accounts, passwords, sessions with their refresh tokens, access codes that gate new workspaces.
 *
 * <p>A session is a row that every request joins, so ending one, or all of a person, is seen by the next request. Access tokens are signed
 * with a key that only this process has; browsers hold a cookie instead, which they get at an identity provider. Owns account, federated_identity, session,
 * browser_session, refresh_token, reset_code, access_code, sign_in_attempt, signing_key.
 */
@NullMarked
package ai.celune.identity;

import org.jspecify.annotations.NullMarked;
