package ai.celune.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.celune.identity.Layers;
import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Isolation while nobody asks for permissions (R20). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
@TestProfile(Layers.class)
class WithoutPermissionsTest extends IsolationCases {
    /** Somebody whom permissions would have stopped from nearly everything. */
    @Override
    Session stranger() {
        Layers.allOn();
        Session auditor = Actors.join(actors.stranger(), "auditor");
        assertEquals(403, Api.patch("/v1/settings", auditor.token(), Map.of()).status());
        Layers.off(Layers.Layer.PERMISSION);
        assertEquals(200, Api.patch("/v1/settings", auditor.token(), Map.of()).status());
        return auditor;
    }

    @BeforeEach
    void off() {
        Layers.off(Layers.Layer.PERMISSION);
    }

    @AfterEach
    void on() {
        Layers.allOn();
    }
}
