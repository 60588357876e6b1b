package ai.celune.crypto.vault;

import ai.celune.crypto.KeyringConfig;
import ai.celune.crypto.SealingConfig;
import ai.celune.crypto.Store;
import ai.celune.crypto.WorkspaceKeys;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.file.Files;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which stores of keys this replica opens by, and which of them seals. There are two while an installation moves from the keyring to Vault. */
@ApplicationScoped
public class Stores {
    private final Set<Store> opened;
    private final Store sealing;

    /** @throws IllegalStateException naming the property that is missing or does not fit */
    Stores(VaultConfig vault, KeyringConfig keyring, SealingConfig config) {
        opened = EnumSet.noneOf(Store.class);
        vault.url().ifPresent(url -> opened.add(Store.vault));
        keyring.file().ifPresent(file -> opened.add(Store.keyring));
        sealing = sealing(config.sealBy());
        // A keyring that is only opened now could open nothing.
        if (opened.size() > 1 && Files.notExists(keyring.file().orElseThrow())) {
            throw new IllegalStateException("celune.keyring.file names no file that could be moved to Vault");
        }
    }

    private Store sealing(Optional<Store> told) {
        if (opened.isEmpty()) {
            throw new IllegalStateException("one of celune.vault.url and celune.keyring.file must be set");
        }
        if (told.isEmpty() && opened.size() > 1) {
            throw new IllegalStateException("celune.crypto.seal-by must say which seals, keyring or vault,"
                    + " because both celune.vault.url and celune.keyring.file are set");
        }
        Store store = told.orElseGet(() -> opened.iterator().next());
        if (!opened.contains(store)) {
            throw new IllegalStateException(
                    "celune.crypto.seal-by is " + store + ", and " + store.property() + " is not set");
        }
        return store;
    }

    /** Before anybody opens a secret: one that this replica cannot open would count as one that was changed. */
    void onStart(@Observes @Priority(9) StartupEvent started, WorkspaceKeys keys) {
        for (Store store : EnumSet.complementOf(EnumSet.copyOf(opened))) {
            int sealed = keys.sealedBy(store);
            if (sealed > 0) {
                throw new IllegalStateException(
                        "%d workspaces have keys that %s opens, which is not set".formatted(sealed, store.property()));
            }
        }
    }

    public Store sealing() {
        return sealing;
    }

    public boolean opens(Store store) {
        return opened.contains(store);
    }

    /** In a fixed order. */
    public List<Store> opened() {
        return List.copyOf(opened);
    }
}
