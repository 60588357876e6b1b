package ai.celune.support;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Tells the service where the stand-in provider of a test will listen, and makes its waiting short. The stand-in itself belongs to the test, because
 * a test resource lives in another class loader.
 */
public final class ProviderAddress implements QuarkusTestResourceLifecycleManager {
    /** The name that the stand-in's certificate is for; nothing but a test resolves it. */
    public static final String SECURE_HOST = "secure.provider.test";

    private static final String PORT = "celune.test.provider-port";
    private static final String ISSUER = "celune.test.issuer";
    private static final String CERTIFICATE = "celune.test.provider-certificate";

    @Override
    public Map<String, String> start() {
        int port = freePort();
        System.setProperty(PORT, Integer.toString(port));
        System.setProperty(ISSUER, "http://127.0.0.1:" + freePort());
        String url = "http://127.0.0.1:" + port;
        ServerCertificate certificate = ServerCertificate.create(SECURE_HOST);
        System.setProperty(CERTIFICATE, certificate.folder().toString());
        return Map.ofEntries(
                Map.entry("celune.egress.authorities", certificate.pem().toString()),
                Map.entry("celune.broker.call.connect-timeout", "3s"),
                Map.entry("celune.broker.provider.openai.base-url", url),
                Map.entry("celune.broker.provider.anthropic.base-url", url),
                Map.entry("celune.broker.provider.gemini.base-url", url),
                Map.entry("celune.broker.provider.mistral.base-url", url),
                Map.entry("celune.broker.provider.azure-openai.base-url", url),
                Map.entry("celune.broker.provider.cohere.base-url", url),
                Map.entry("celune.broker.provider.groq.base-url", url),
                Map.entry("celune.broker.provider.openrouter.base-url", url),
                Map.entry("celune.slack.api-url", url),
                Map.entry("celune.slack.webhook-url", url),
                Map.entry("celune.broker.call.first-byte-timeout", "2s"),
                Map.entry("celune.broker.call.idle-timeout", "4s"),
                Map.entry("celune.broker.call.deadline", "10s"),
                Map.entry("celune.broker.call.max-request-body", "1048576"),
                Map.entry("celune.broker.call.max-answer-body", "50331648"),
                Map.entry("celune.broker.call.open-streams", "3"),
                Map.entry("celune.workload.test.issuer", issuer().toString()),
                Map.entry("celune.oidc.test.issuer", issuer().toString()),
                Map.entry("celune.oidc.test.client-id", "celune"),
                Map.entry("celune.oidc.test.client-secret", "of-nobody-for-nobody-asks-this-provider"),
                Map.entry("celune.oidc.test.recheck", "0s"));
    }

    /** Where the service looks for the keys of workloads' tokens. */
    public static URI issuer() {
        return URI.create(System.getProperty(ISSUER));
    }

    public static int port() {
        return Integer.getInteger(PORT);
    }

    /** The one certificate that the service believes beside those that the JDK does. */
    public static ServerCertificate certificate() {
        return ServerCertificate.in(Path.of(System.getProperty(CERTIFICATE)));
    }

    @Override
    public void stop() {
        System.clearProperty(PORT);
        System.clearProperty(ISSUER);
        System.clearProperty(CERTIFICATE);
    }

    /** Below the ports of outgoing connections, of which one could have it by the time that the stand-in comes. */
    private static int freePort() {
        int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (BindException _) {
            return freePort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
