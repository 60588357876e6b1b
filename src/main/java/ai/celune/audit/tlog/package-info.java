/**
 * Transparency logs as outsiders know them: RFC 6962 trees kept in C2SP tiles, signed notes, checkpoints, witnesses' cosignatures, proofs and
 * trust policies (R29).
 *
 * <p>Needs the JDK alone, from Java 17, and knows nothing of the rest of the service: the verifier that auditors run offline is made of these
 * classes. What was read is refused by {@link ai.celune.audit.tlog.RefusedException}, with a reason that a verdict can be made of. Verification
 * follows RFC 9162 sections 2.1.3.2 and 2.1.4.2 and shares no code with what makes proofs, so that one mistake cannot hide the other. Owns no table:
 * tiles come through {@link ai.celune.audit.tlog.TileSource}.
 */
@NullMarked
package ai.celune.audit.tlog;

import org.jspecify.annotations.NullMarked;
