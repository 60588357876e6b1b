package ai.celune.crypto.vault;

import ai.celune.crypto.Binding;
import ai.celune.crypto.Keyring;
import ai.celune.crypto.SealedText;
import ai.celune.crypto.Sealer;
import ai.celune.crypto.Secret;
import ai.celune.crypto.SecretIntegrityException;
import ai.celune.crypto.SecretKeyMissingException;
import ai.celune.crypto.SecretShreddedException;
import ai.celune.crypto.Store;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * Both stores, while an installation moves from the keyring to Vault: opens what either has sealed, and seals by the newest version.
 *
 * <p>The versions of a workspace's key are counted through both. Its key in Vault is made by the first replica that is told to seal by Vault, above every version that the
 * keyring has of it; from then on the newest version is Vault's, for all replicas. So to move a workspace is to rotate its key, and what is sealed under older versions
 * follows as after any rotation.
 *
 * <p>The keyring's word that a workspace was shredded is final, whatever Vault has.
 */
final class MovingSealer implements Sealer {
    private final Keyring keyring;
    private final VaultSealer vault;
    private final Store sealing;

    MovingSealer(Keyring keyring, VaultSealer vault, Store sealing) {
        this.keyring = keyring;
        this.vault = vault;
        this.sealing = sealing;
    }

    @Override
    public void createKey(UUID workspace) {
        if (inKeyring(workspace).isEmpty()) {
            to(sealing).createKey(workspace);
        }
    }

    @Override
    public String seal(Binding binding, byte[] plaintext) {
        if (newest(binding.workspace()) == Store.keyring) {
            return keyring.seal(binding, plaintext);
        }
        try {
            return vault.seal(binding, plaintext);
        } catch (SecretKeyMissingException _) {
            aboveKeyring(binding.workspace());
            return vault.seal(binding, plaintext);
        }
    }

    @Override
    public Secret open(Binding binding, String sealed) {
        if (isOf(Store.keyring, sealed)) {
            return keyring.open(binding, sealed);
        }
        // For its word on shredded workspaces.
        inKeyring(binding.workspace());
        return vault.open(binding, sealed);
    }

    @Override
    public int rotateKey(UUID workspace) {
        if (newest(workspace) == Store.keyring) {
            return keyring.rotateKey(workspace);
        }
        int before = vault.newestVersion(workspace).orElse(0);
        int now = aboveKeyring(workspace);
        return now > before ? now : vault.rotateKey(workspace);
    }

    @Override
    public List<Optional<String>> rewrap(UUID workspace, List<Sealed> values) {
        Store newest = newest(workspace);
        if (newest == Store.vault) {
            aboveKeyring(workspace);
        }
        List<Optional<String>> rewrapped = new ArrayList<>(Collections.nCopies(values.size(), Optional.empty()));
        int[] own = IntStream.range(0, values.size())
                .filter(i -> isOf(newest, values.get(i).text()))
                .toArray();
        if (own.length > 0) {
            List<Optional<String>> texts = to(newest)
                    .rewrap(workspace, IntStream.of(own).mapToObj(values::get).toList());
            for (int i = 0; i < own.length; i++) {
                rewrapped.set(own[i], texts.get(i));
            }
        }
        for (int i = 0; i < values.size(); i++) {
            if (!isOf(newest, values.get(i).text())) {
                rewrapped.set(i, carryOver(values.get(i), to(newest)));
            }
        }
        return rewrapped;
    }

    /** Sealed by Vault it has been opened there once and compared, see {@link VaultSealer#seal}. */
    private Optional<String> carryOver(Sealed value, Sealer to) {
        Secret found;
        try {
            found = open(value.binding(), value.text());
        } catch (SecretIntegrityException | SecretKeyMissingException _) {
            return Optional.empty();
        }
        try (Secret opened = found) {
            return Optional.of(to.seal(value.binding(), opened.bytes()));
        }
    }

    /** Of what the keyring has sealed nothing ends by a version of Vault's: the keyring is only read, and ends with its file. */
    @Override
    public void raiseMinimum(UUID workspace, int version) {
        if (vault.newestVersion(workspace).orElse(0) >= version) {
            vault.raiseMinimum(workspace, version);
        } else {
            keyring.raiseMinimum(workspace, version);
        }
    }

    /** The keyring first: whoever makes a key in Vault at that moment looks there once more, and takes it back. */
    @Override
    public void shred(UUID workspace) {
        try {
            if (inKeyring(workspace).isPresent()) {
                keyring.shred(workspace);
            }
        } catch (SecretShreddedException _) {
            // Destroyed before; perhaps not yet in Vault.
        }
        vault.shred(workspace);
    }

    /**
     * Where the newest version is, or the next one will be made.
     *
     * @throws SecretShreddedException when the keyring says so
     */
    private Store newest(UUID workspace) {
        OptionalInt known = inKeyring(workspace);
        if (sealing == Store.vault) {
            return Store.vault;
        }
        return known.isPresent() && vault.newestVersion(workspace).orElse(0) <= known.getAsInt()
                ? Store.keyring
                : Store.vault;
    }

    /**
     * Sees to it that Vault has a key of the workspace, above every version that the keyring has of it.
     *
     * @return its newest version
     */
    private int aboveKeyring(UUID workspace) {
        int below = inKeyring(workspace).orElse(0);
        OptionalInt found = vault.newestVersion(workspace);
        if (found.isEmpty()) {
            create(workspace, below);
        }
        int version = found.orElse(1);
        while (version <= below) {
            version = vault.rotateKey(workspace);
        }
        return version;
    }

    private void create(UUID workspace, int below) {
        if (below == 0) {
            throw new SecretKeyMissingException();
        }
        vault.createKey(workspace);
        try {
            inKeyring(workspace);
        } catch (SecretShreddedException e) {
            vault.shred(workspace);
            throw e;
        }
    }

    /** @throws SecretShreddedException when the keyring says so */
    private OptionalInt inKeyring(UUID workspace) {
        try {
            return OptionalInt.of(keyring.newestVersion(workspace));
        } catch (SecretKeyMissingException _) {
            return OptionalInt.empty();
        }
    }

    private Sealer to(Store store) {
        return store == Store.keyring ? keyring : vault;
    }

    private static boolean isOf(Store store, String text) {
        return SealedText.parse(store.prefix(), text).isPresent();
    }
}
