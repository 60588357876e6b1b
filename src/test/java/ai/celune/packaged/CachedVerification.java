package ai.celune.packaged;

import static java.nio.charset.StandardCharsets.US_ASCII;

import ai.celune.crypto.Digest;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import java.util.HexFormat;
import java.util.Map;

/** What verification costs who remembers keys by their digest and hears of a revocation later: no database, no credential of the caller, no limits, no log. */
final class CachedVerification implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private final HttpServer server;

    private CachedVerification(Map<String, String> known) {
        server = vertx.createHttpServer()
                .requestHandler(request -> request.body().onSuccess(body -> {
                    String key = new JsonObject(body).getString("key");
                    String found = known.get(digest(key));
                    var _ = request.response()
                            .putHeader("Content-Type", "application/json")
                            .end(found == null ? "{\"valid\":false}" : found);
                }))
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    static CachedVerification of(String key) {
        return new CachedVerification(Map.of(digest(key), "{\"valid\":true,\"scopes\":[\"settings:read\"]}"));
    }

    String url() {
        return "http://127.0.0.1:" + server.actualPort() + "/";
    }

    private static String digest(String key) {
        return HexFormat.of().formatHex(Digest.sha256(key.getBytes(US_ASCII)));
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
