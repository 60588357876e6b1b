package ai.celune.crypto.vault;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.quarkus.vault.client.VaultClient;
import io.quarkus.vault.client.common.VaultRequestExecutor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** One Vault as configured: its connections, both identities, and the sealer that uses them. */
final class Vault implements AutoCloseable {
    private final VaultTransport transport;
    private final VaultSealer sealer;

    /**
     * @param resilience what stands between the client and the wire
     * @throws IllegalStateException naming the property that is missing or does not fit
     */
    Vault(VaultConfig config, UnaryOperator<VaultRequestExecutor> resilience, MeterRegistry metrics, Clock clock) {
        String url = config.url()
                .orElseThrow(() -> new IllegalStateException("celune.vault.url is not set"))
                .toString();
        Logins runtime = Logins.of("celune.vault.runtime", config.runtime(), config.deadline());
        Logins keyWorker = Logins.of("celune.vault.key-worker", config.keyWorker(), config.deadline());
        transport = new VaultTransport(config, tls(config));
        VaultRequestExecutor wire = resilience.apply(transport);
        AtomicReference<@Nullable String> index = new AtomicReference<>();
        sealer = new VaultSealer(
                new Transit(client(config, url, wire, runtime, clock), config.transitMount(), index),
                new Transit(client(config, url, wire, keyWorker, clock), config.transitMount(), index));
        age(metrics, clock, "runtime", runtime);
        age(metrics, clock, "key-worker", keyWorker);
    }

    VaultSealer sealer() {
        return sealer;
    }

    private static VaultClient client(
            VaultConfig config, String url, VaultRequestExecutor wire, Logins logins, Clock clock) {
        VaultClient.Builder client = VaultClient.builder()
                .baseUrl(url)
                .executor(wire)
                .tokenProvider(logins)
                .instantSource(clock)
                // The library counts one more than it is told: a refused token is replaced once.
                .maxRetries(0);
        config.namespace().ifPresent(client::namespace);
        return client.build();
    }

    private static void age(MeterRegistry metrics, Clock clock, String identity, Logins logins) {
        TimeGauge.builder(
                        "celune.vault.token.age",
                        () -> logins.issued()
                                .map(issued -> (double) Duration.between(issued, clock.instant())
                                        .toMillis())
                                .orElse(Double.NaN),
                        TimeUnit.MILLISECONDS)
                .tag("identity", identity)
                .description("Since the token in use was issued or renewed")
                .register(metrics);
    }

    private static SSLContext tls(VaultConfig config) {
        if (config.certificateFile().isPresent() != config.keyFile().isPresent()) {
            throw new IllegalStateException(
                    "celune.vault.certificate-file and celune.vault.key-file are set together or not at all");
        }
        try {
            SslContextBuilder tls = SslContextBuilder.forClient().sslProvider(SslProvider.JDK);
            config.caFile().map(Path::toFile).ifPresent(tls::trustManager);
            config.certificateFile()
                    .ifPresent(certificate -> tls.keyManager(
                            certificate.toFile(), config.keyFile().orElseThrow().toFile()));
            return ((JdkSslContext) tls.build()).context();
        } catch (SSLException | IllegalArgumentException e) {
            throw new IllegalStateException(
                    "celune.vault.ca-file, certificate-file, key-file: cannot be used together", e);
        }
    }

    @Override
    public void close() throws IOException {
        transport.close();
    }
}
