package ai.celune.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.celune.crypto.SealedColumns.Page;
import ai.celune.crypto.SealedColumns.Position;
import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Rows;
import ai.celune.tenancy.Scope;
import io.agroal.api.AgroalDataSource;
import io.quarkus.arc.All;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Case 11: what is replaced while it is re-wrapped stays as it was replaced. */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class SealedColumnsTest {
    @Inject
    @All
    List<SealedColumn> columns;

    @Inject
    AgroalDataSource dataSource;

    @Inject
    Sealer sealer;

    @Inject
    Scope scope;

    @Test
    void aValueThatIsReplacedMeanwhileWins() {
        Session owner = Actors.newWorkspace();
        UUID workspace = owner.workspaceId();
        UUID key = Api.post(
                        "/v1/provider-keys",
                        owner.token(),
                        Map.of("provider", "openai", "name", "test", "key", "sk-first-0123456789"))
                .require(201)
                .id();
        int version = sealer.rotateKey(workspace);
        SealedColumns raced = new SealedColumns(
                columns,
                dataSource,
                new Replacing(
                        sealer,
                        () -> Api.put(
                                        "/v1/provider-keys/" + key + "/value",
                                        owner.token(),
                                        Map.of("key", "sk-second-0123456789"))
                                .require(200)));
        Page page = scope.asWorkspace(
                workspace, () -> raced.rewrap(workspace, new Position("provider_key.sealed", null), version));
        assertEquals(0, page.rewrapped());
        assertEquals(0, page.failed());
        String sealed = Rows.one("select sealed from provider_key where id = ?", key);
        try (Secret opened = sealer.open(new Binding(workspace, key, "provider-key", 2), sealed)) {
            assertEquals("sk-second-0123456789", new String(opened.bytes(), UTF_8));
        }
    }

    /** The real sealer, beside which something happens while it re-wraps. */
    private record Replacing(Sealer real, Runnable meanwhile) implements Sealer {
        @Override
        public List<Optional<String>> rewrap(UUID workspace, List<Sealed> values) {
            meanwhile.run();
            return real.rewrap(workspace, values);
        }

        @Override
        public void createKey(UUID workspace) {
            real.createKey(workspace);
        }

        @Override
        public String seal(Binding binding, byte[] plaintext) {
            return real.seal(binding, plaintext);
        }

        @Override
        public Secret open(Binding binding, String sealed) {
            return real.open(binding, sealed);
        }

        @Override
        public int rotateKey(UUID workspace) {
            return real.rotateKey(workspace);
        }

        @Override
        public void raiseMinimum(UUID workspace, int version) {
            real.raiseMinimum(workspace, version);
        }

        @Override
        public void shred(UUID workspace) {
            real.shred(workspace);
        }
    }
}
