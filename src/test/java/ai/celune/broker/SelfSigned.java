package ai.celune.broker;

import ai.celune.support.ServerCertificate;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** An https server on this machine. */
final class SelfSigned {
    private SelfSigned() {}

    static HttpsServer server(ServerCertificate certificate, HttpHandler handler) throws IOException {
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        server.setHttpsConfigurator(new HttpsConfigurator(certificate.context()));
        server.createContext("/", handler);
        server.start();
        return server;
    }
}
