package ai.celune.security;

/**
 * A credential of the right form that is nobody's. Its refusal is an event of its own, as with one that we know ({@link RefusedCredential}), so that the
 * client waits as long for the same 401 and learns nothing.
 */
public final class UnknownCredential extends SecurityException {
    private static final long serialVersionUID = 1L;
}
