package ai.celune.crypto.vault;

import ai.celune.crypto.Sealer;
import ai.celune.crypto.SealerContractTest;
import ai.celune.crypto.SecretShreddedException;
import ai.celune.crypto.Store;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** R13 for a replica that still seals by the keyring and opens by Vault, too. */
class MovingByKeyringVaultTest extends SealerContractTest {
    private static BothStores stores;

    @BeforeAll
    static void connect() throws IOException {
        stores = new BothStores();
    }

    @AfterAll
    static void disconnect() throws IOException {
        stores.close();
    }

    @Override
    protected Sealer sealer() {
        return stores.sealingBy(Store.keyring);
    }

    @Override
    protected Class<? extends RuntimeException> afterShred() {
        return SecretShreddedException.class;
    }

    @Override
    protected int repetitions() {
        return 200;
    }
}
