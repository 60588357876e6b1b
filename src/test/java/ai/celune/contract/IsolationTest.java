package ai.celune.contract;

import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;

/** Isolation as it is in use, with all layers. */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class IsolationTest extends IsolationCases {}
