package ai.celune.broker;

import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A test with an agent, and a provider that is there while the test runs. */
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
abstract class WithProvider {
    @TestHTTPResource
    URI service;

    Agent agent;
    Provider provider;

    @BeforeEach
    void startProvider() {
        agent = Agent.of(service);
        provider = Provider.start();
    }

    @AfterEach
    void stopProvider() {
        provider.close();
    }
}
