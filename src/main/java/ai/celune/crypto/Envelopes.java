package ai.celune.crypto;

import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.UUID;

/**
 * Seals bulk data: personal values of the audit log, stored answers. A value is encrypted in process with a data key of its workspace, so sealing never
 * waits for the secret store; opening asks it once a minute at most for each data key.
 *
 * <p>A sealed value is the id of its data key (16 bytes) and what {@link AesGcm#seal} returns, with {@link Binding#context()} as associated data. What is
 * few and precious is sealed by the {@link Sealer} itself.
 */
@ApplicationScoped
public class Envelopes {
    private static final int ID_BYTES = 2 * Long.BYTES;

    private final DataKeys keys;
    private final SecureRandom random;

    Envelopes(DataKeys keys, SecureRandom random) {
        this.keys = keys;
        this.random = random;
    }

    /**
     * Seals {@code plaintext}, which stays the caller's to wipe.
     *
     * @throws SecretKeyMissingException when the workspace has no key
     */
    public byte[] seal(Binding binding, byte[] plaintext) {
        DataKeys.DataKey key = keys.toSeal(binding.workspace());
        byte[] sealed = AesGcm.seal(key.bytes(), binding.context(), plaintext, random);
        return ByteBuffer.allocate(ID_BYTES + sealed.length)
                .putLong(key.id().getMostSignificantBits())
                .putLong(key.id().getLeastSignificantBits())
                .put(sealed)
                .array();
    }

    /**
     * The value, within a transaction of its workspace; the caller closes it.
     *
     * @throws SecretIntegrityException for anything that was not sealed under exactly this binding
     * @throws SecretStoreUnavailableException when the data key is not in memory and the secret store cannot answer
     */
    public Secret open(Binding binding, byte[] envelope) {
        if (envelope.length <= ID_BYTES) {
            throw new SecretIntegrityException();
        }
        ByteBuffer parts = ByteBuffer.wrap(envelope);
        DataKeys.DataKey key = keys.toOpen(binding.workspace(), new UUID(parts.getLong(), parts.getLong()));
        byte[] sealed = new byte[parts.remaining()];
        parts.get(sealed);
        return AesGcm.open(key.bytes(), binding.context(), sealed);
    }
}
