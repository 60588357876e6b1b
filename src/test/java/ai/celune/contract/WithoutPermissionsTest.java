package ai.celune.contract;

import ai.celune.identity.Layers;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Isolation while nobody asks for permissions (R20). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
@TestProfile(Layers.class)
class WithoutPermissionsTest extends IsolationCases {
    @BeforeEach
    void off() {
        Layers.off(Layers.Layer.PERMISSION);
    }

    @AfterEach
    void on() {
        Layers.allOn();
    }
}
