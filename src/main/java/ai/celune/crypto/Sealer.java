package ai.celune.crypto;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Seals values under the key of their workspace and opens them where they belong.
 *
 * <p>Sealed values match {@code ^(vault|ring):v[1-9][0-9]*:[A-Za-z0-9+/]+=*$}; the number is the key version. Every operation may throw {@link
 * SecretStoreUnavailableException}. Without a key nothing but {@link #createKey} makes one: {@link SecretKeyMissingException} if there never was one,
 * {@link SecretShreddedException} if it was shredded.
 */
public interface Sealer {
    /**
     * Makes the first key of a workspace; does nothing when it has one.
     *
     * @throws SecretShreddedException when it had one: a shredded workspace never gets another
     */
    void createKey(UUID workspace);

    /** Seals {@code plaintext}, which stays the caller's to wipe. Equal values give different results. */
    String seal(Binding binding, byte[] plaintext);

    /**
     * The value; the caller closes it.
     *
     * @throws SecretIntegrityException for anything that was not sealed under exactly this binding
     */
    Secret open(Binding binding, String sealed);

    /**
     * Adds a key version; from now on it seals, and the older ones still open.
     *
     * @return its number, which is at least one more than before
     */
    int rotateKey(UUID workspace);

    /**
     * The same values under the newest key version, in their order; empty for one that was not sealed under its binding.
     *
     * @param values all of one workspace; at most 100
     */
    List<Optional<String>> rewrap(UUID workspace, List<Sealed> values);

    /** A sealed value and where it belongs. */
    record Sealed(Binding binding, String text) {}

    /** What was sealed under versions below this one does not open any more. Repeating it is harmless. */
    void raiseMinimum(UUID workspace, int version);

    /** Destroys every key version of the workspace for good. Repeating it is harmless. */
    void shred(UUID workspace);
}
