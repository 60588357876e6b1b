package ai.celune.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The sealer of a single machine: AES-256-GCM with a random 96-bit nonce and {@link Binding#context()} as associated data, under keys derived by
 * HKDF-SHA-256 from the file's master secret and 32 random bytes per workspace and key version.
 *
 * <p>Those 32 bytes exist nowhere else, so deleting them shreds the workspace although the master secret stays. The file system may still hold the
 * blocks of an earlier version of the file, and so may its backups: shredding is only as good as their disposal.
 */
public final class Keyring implements Sealer {
    private static final String STORE = "ring";
    private static final byte[] PURPOSE = "celune/keyring/v1".getBytes(UTF_8);
    private static final int NEWEST = 0;

    // A file lock belongs to the whole process, so two keyrings of one process need this one as well.
    private static final ReentrantLock WRITING = new ReentrantLock();

    private final KeyringFile file;
    private final SecureRandom random;
    private final ReentrantLock reading = new ReentrantLock();
    private KeyringFile.Content content;
    private KeyringFile.Stamp stamp;

    /**
     * Opens the file, or makes it.
     *
     * @param file made when it does not exist, mode 0600
     * @throws SecretStoreUnavailableException when it cannot be read or made
     * @throws IllegalStateException when others than its owner may read it
     */
    public Keyring(Path file, SecureRandom random) {
        this.file = new KeyringFile(file);
        this.random = random;
        WRITING.lock();
        try (Closeable _ = this.file.lock()) {
            if (!this.file.exists()) {
                this.file.write(new KeyringFile.Content(random32()));
            }
            stamp = this.file.stamp();
            content = this.file.read();
        } catch (IOException e) {
            throw unavailable(e);
        } finally {
            WRITING.unlock();
        }
    }

    @Override
    public void createKey(UUID workspace) {
        change(now -> {
            SortedMap<Integer, byte[]> secrets = now.workspaces.get(workspace);
            if (secrets == null) {
                now.workspaces.put(workspace, new TreeMap<>(Map.of(1, random32())));
            } else if (secrets.isEmpty()) {
                throw new SecretShreddedException();
            }
        });
    }

    @Override
    public int rotateKey(UUID workspace) {
        AtomicInteger version = new AtomicInteger();
        change(now -> {
            SortedMap<Integer, byte[]> secrets = now.secrets(workspace);
            version.set(secrets.lastKey() + 1);
            secrets.put(version.get(), random32());
        });
        return version.get();
    }

    /**
     * The version that seals.
     *
     * @throws SecretKeyMissingException when there is no key
     * @throws SecretShreddedException when there was one
     */
    public int newestVersion(UUID workspace) {
        try (Key key = key(workspace, NEWEST)) {
            return key.version;
        }
    }

    @Override
    public void raiseMinimum(UUID workspace, int version) {
        change(now -> {
            SortedMap<Integer, byte[]> secrets = now.secrets(workspace);
            if (!secrets.containsKey(version)) {
                throw new IllegalArgumentException("the keyring holds no version " + version);
            }
            SortedMap<Integer, byte[]> dropped = secrets.headMap(version);
            KeyringFile.Content.wipe(dropped);
            dropped.clear();
        });
    }

    @Override
    public void shred(UUID workspace) {
        change(now -> {
            SortedMap<Integer, byte[]> destroyed = now.workspaces.put(workspace, new TreeMap<>());
            if (destroyed != null) {
                KeyringFile.Content.wipe(destroyed);
            }
        });
    }

    @Override
    public String seal(Binding binding, byte[] plaintext) {
        try (Key key = key(binding.workspace(), NEWEST)) {
            byte[] sealed = AesGcm.seal(key.bytes.bytes(), binding.context(), plaintext, random);
            return STORE + ":v" + key.version + ":" + Base64.getEncoder().encodeToString(sealed);
        }
    }

    @Override
    public Secret open(Binding binding, String sealed) {
        Optional<SealedText> text = SealedText.parse(STORE, sealed);
        // The workspace's state comes first: after shredding the answer must not depend on what is presented.
        try (Key key = key(binding.workspace(), text.map(SealedText::keyVersion).orElse(NEWEST))) {
            return AesGcm.open(
                    key.bytes.bytes(),
                    binding.context(),
                    text.orElseThrow(SecretIntegrityException::new).body());
        }
    }

    @Override
    public List<Optional<String>> rewrap(UUID workspace, List<Sealed> values) {
        return values.stream().map(value -> rewrap(value)).toList();
    }

    private Optional<String> rewrap(Sealed value) {
        try (Secret secret = open(value.binding(), value.text())) {
            return Optional.of(seal(value.binding(), secret.bytes()));
        } catch (SecretIntegrityException _) {
            return Optional.empty();
        }
    }

    /** One derived key, wiped after its single use. */
    private record Key(int version, Secret bytes) implements AutoCloseable {
        @Override
        public void close() {
            bytes.close();
        }
    }

    private Key key(UUID workspace, int wanted) {
        reading.lock();
        try {
            KeyringFile.Stamp current = file.stamp();
            if (!current.equals(stamp)) {
                replace(file.read(), current);
            }
            SortedMap<Integer, byte[]> secrets = content.secrets(workspace);
            int version = wanted == NEWEST ? secrets.lastKey() : wanted;
            byte[] secret = secrets.get(version);
            if (secret == null) {
                throw new SecretIntegrityException();
            }
            byte[] id = workspace.toString().getBytes(UTF_8);
            return new Key(
                    version,
                    Secret.taking(Derivation.hkdf(content.master, secret, Digest.ofList(PURPOSE, id), Digest.LENGTH)));
        } catch (IOException e) {
            throw unavailable(e);
        } finally {
            reading.unlock();
        }
    }

    private void change(Consumer<KeyringFile.Content> step) {
        WRITING.lock();
        try (Closeable _ = file.lock()) {
            KeyringFile.Content next = file.read();
            step.accept(next);
            file.write(next);
            reading.lock();
            try {
                replace(next, file.stamp());
            } finally {
                reading.unlock();
            }
        } catch (IOException e) {
            throw unavailable(e);
        } finally {
            WRITING.unlock();
        }
    }

    private void replace(KeyringFile.Content next, KeyringFile.Stamp of) {
        content.wipe();
        content = next;
        stamp = of;
    }

    private byte[] random32() {
        byte[] bytes = new byte[Digest.LENGTH];
        random.nextBytes(bytes);
        return bytes;
    }

    private static SecretStoreUnavailableException unavailable(IOException cause) {
        return new SecretStoreUnavailableException("the keyring file cannot be used", cause);
    }
}
