package ai.celune.support;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;

/**
 * Tells the service where the stand-in provider of a test will listen, and makes its waiting short. The stand-in itself belongs to the test, because
 * a test resource lives in another class loader.
 */
public final class ProviderAddress implements QuarkusTestResourceLifecycleManager {
    private static final String PORT = "celune.test.provider-port";

    @Override
    public Map<String, String> start() {
        int port = freePort();
        System.setProperty(PORT, Integer.toString(port));
        String url = "http://127.0.0.1:" + port;
        return Map.of(
                "celune.broker.provider.openai.base-url", url,
                "celune.broker.provider.anthropic.base-url", url,
                "celune.broker.call.first-byte-timeout", "2s",
                "celune.broker.call.idle-timeout", "4s",
                "celune.broker.call.max-request-body", "1048576",
                "celune.broker.call.max-answer-body", "50331648",
                "celune.broker.call.open-streams", "3");
    }

    public static int port() {
        return Integer.getInteger(PORT);
    }

    @Override
    public void stop() {
        System.clearProperty(PORT);
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
