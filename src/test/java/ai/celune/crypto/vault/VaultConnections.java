package ai.celune.crypto.vault;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.vault.client.common.VaultRequestExecutor;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Celune's side of a Vault, as configured by properties. */
final class VaultConnections {
    private VaultConnections() {}

    static Vault to(Map<String, String> properties, String... changed) {
        return to(properties, UnaryOperator.identity(), Clock.systemUTC(), changed);
    }

    /** @param changed names and values in turn; an empty value takes the property away */
    static Vault to(
            Map<String, String> properties,
            UnaryOperator<VaultRequestExecutor> resilience,
            Clock clock,
            String... changed) {
        Map<String, String> all = new HashMap<>(properties);
        for (int i = 0; i < changed.length; i += 2) {
            all.put(changed[i], changed[i + 1]);
        }
        VaultConfig config = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withDefaultValues(all)
                .withMapping(VaultConfig.class)
                .withConverter(java.time.Duration.class, 200, new io.quarkus.runtime.configuration.DurationConverter())
                .withConverter(java.nio.file.Path.class, 200, new io.quarkus.runtime.configuration.PathConverter())
                .build()
                .getConfigMapping(VaultConfig.class);
        return new Vault(config, resilience, new SimpleMeterRegistry(), clock);
    }
}
