package ai.celune.broker;

import ai.celune.egress.Authorities;
import ai.celune.egress.BaseUrl;
import ai.celune.egress.EgressConfig;
import ai.celune.web.ErrorCode;
import ai.celune.web.Problem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.TrustOptions;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;

/** Connections to providers: to checked addresses only or by the operator's proxy, without redirects, with the certificate checked against the provider's name. */
@ApplicationScoped
class ProviderClient {
    private static final int KEEP_ALIVE_SECONDS = 15;
    private static final int MAX_WAITING = 1_000;
    private static final int MAX_ADDRESSES = 3;

    private final HttpClient client;
    private final long connectMillis;

    ProviderClient(Vertx vertx, BrokerConfig config, EgressConfig egress) {
        connectMillis = config.connectTimeout().toMillis();
        HttpClientOptions options = new HttpClientOptions()
                .setConnectTimeout((int) connectMillis)
                .setSslHandshakeTimeout(connectMillis)
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                .setVerifyHost(true)
                .setKeepAliveTimeout(KEEP_ALIVE_SECONDS)
                .setMaxHeaderSize(config.maxAnswerHeaders())
                .setDecompressionSupported(false);
        egress.authorities().ifPresent(file -> options.setTrustOptions(TrustOptions.wrap(Authorities.with(file))));
        client = vertx.httpClientBuilder()
                .with(options)
                .with(new PoolOptions().setHttp1MaxSize(config.connections()).setMaxWaitQueueSize(MAX_WAITING))
                // The call on a connection hears of its failure; Vert.x would log it as well, quoting what the provider
                // sent.
                .withConnectHandler(connection -> connection.exceptionHandler(heard -> {}))
                .build();
    }

    /** A request to the provider that nothing of is sent yet; another address is tried when one does not connect. */
    Future<HttpClientRequest> open(HttpMethod method, String target, Destinations.Destination destination) {
        Iterator<SocketAddress> servers =
                destination.servers().stream().limit(MAX_ADDRESSES).iterator();
        return open(method, target, destination, servers);
    }

    private Future<HttpClientRequest> open(
            HttpMethod method, String target, Destinations.Destination destination, Iterator<SocketAddress> servers) {
        BaseUrl origin = destination.origin();
        RequestOptions options = new RequestOptions()
                .setServer(servers.next())
                .setProxyOptions(destination.proxy())
                .setHost(origin.host())
                .setPort(origin.port())
                .setSsl(origin.isSecure())
                .setMethod(method)
                .setURI(target)
                .setFollowRedirects(false)
                .setConnectTimeout(connectMillis);
        return client.request(options).recover(failure -> {
            if (failure instanceof ConnectionPoolTooBusyException) {
                return Future.failedFuture(new Problem(ErrorCode.OVERLOADED).retryAfter(1));
            }
            return servers.hasNext()
                    ? open(method, target, destination, servers)
                    : Future.failedFuture(new Problem(BrokerErrors.UNREACHABLE).causedBy(failure));
        });
    }

    @PreDestroy
    void close() {
        var _ = client.close();
    }
}
