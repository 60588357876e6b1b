package ai.celune.crypto.vault;

import ai.celune.crypto.Binding;
import ai.celune.crypto.Digest;
import ai.celune.crypto.SealedText;
import ai.celune.crypto.Sealer;
import ai.celune.crypto.Secret;
import ai.celune.crypto.SecretIntegrityException;
import ai.celune.crypto.SecretKeyMissingException;
import ai.celune.crypto.SecretStoreUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Seals by Vault's transit engine: a derived AES-256-GCM key per workspace, and {@link Binding#context()} as the derivation context of each value.
 *
 * <p>What is encrypted begins with that context. So an answer that belongs to another request, by whoever's fault between Vault and us, is noticed and never
 * taken for this one's secret.
 */
final class VaultSealer implements Sealer {
    /** A nonce, a tag, and the context between them. */
    private static final int SHORTEST = 12 + Digest.LENGTH + 16;

    private static final long VISIBLE_WITHIN = Duration.ofSeconds(5).toNanos();
    private static final long BETWEEN_LOOKS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Transit runtime;
    private final Transit keyWorker;

    VaultSealer(Transit runtime, Transit keyWorker) {
        this.runtime = runtime;
        this.keyWorker = keyWorker;
    }

    /** Comes back when the runtime sees the key: a standby may learn of it a moment later. */
    @Override
    public void createKey(UUID workspace) {
        keyWorker.create(workspace);
        long end = System.nanoTime() + VISIBLE_WITHIN;
        while (!runtime.exists(workspace)) {
            if (System.nanoTime() > end) {
                throw new SecretStoreUnavailableException("a new key is not to be seen", null);
            }
            LockSupport.parkNanos(BETWEEN_LOOKS);
        }
    }

    /** What is answered has been opened once: a value that the store could not give back must not count as kept. */
    @Override
    public String seal(Binding binding, byte[] plaintext) {
        byte[] context = binding.context();
        byte[] bound = Arrays.copyOf(context, context.length + plaintext.length);
        System.arraycopy(plaintext, 0, bound, context.length, plaintext.length);
        try {
            String sealed = checked(runtime.encrypt(binding.workspace(), context, bound));
            try (Secret opened = runtime.decrypt(binding.workspace(), context, sealed)) {
                if (!Digest.equal(opened.bytes(), bound)) {
                    throw new SecretStoreUnavailableException("the store gives back something else", null);
                }
            } catch (SecretIntegrityException e) {
                throw new SecretStoreUnavailableException("the store does not open what it sealed", e);
            }
            return sealed;
        } finally {
            Arrays.fill(bound, (byte) 0);
        }
    }

    @Override
    public Secret open(Binding binding, String sealed) {
        if (!isSealed(sealed)) {
            throw new SecretIntegrityException();
        }
        byte[] context = binding.context();
        try (Secret bound = runtime.decrypt(binding.workspace(), context, sealed)) {
            byte[] bytes = bound.bytes();
            if (bytes.length < context.length || !Digest.equal(Arrays.copyOf(bytes, context.length), context)) {
                throw new SecretStoreUnavailableException("the answer belongs to another request", null);
            }
            return Secret.taking(Arrays.copyOfRange(bytes, context.length, bytes.length));
        }
    }

    @Override
    public int rotateKey(UUID workspace) {
        keyWorker.rotate(workspace);
        return keyWorker.newestVersion(workspace);
    }

    /** Empty without a key; unlike other calls this one does not wait for a node that lags behind. */
    OptionalInt newestVersion(UUID workspace) {
        return runtime.exists(workspace) ? OptionalInt.of(keyWorker.newestVersion(workspace)) : OptionalInt.empty();
    }

    @Override
    public void raiseMinimum(UUID workspace, int version) {
        keyWorker.raiseMinimum(workspace, version);
    }

    @Override
    public List<Optional<String>> rewrap(UUID workspace, List<Sealed> values) {
        List<Transit.Item> items = values.stream()
                .map(value -> new Transit.Item(value.binding().context(), value.text()))
                .toList();
        List<Optional<String>> rewrapped = new ArrayList<>();
        for (@Nullable String text : runtime.rewrap(workspace, items)) {
            rewrapped.add(Optional.ofNullable(text).map(VaultSealer::checked));
        }
        return rewrapped;
    }

    @Override
    public void shred(UUID workspace) {
        try {
            keyWorker.delete(workspace);
        } catch (SecretKeyMissingException _) {
            // Destroyed before.
        }
    }

    private static String checked(String sealed) {
        if (!isSealed(sealed)) {
            throw new SecretStoreUnavailableException("Vault's answer is no sealed value", null);
        }
        return sealed;
    }

    private static boolean isSealed(String text) {
        return SealedText.parse("vault", text)
                .filter(parsed -> parsed.body().length >= SHORTEST)
                .isPresent();
    }
}
