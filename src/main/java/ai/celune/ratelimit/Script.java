package ai.celune.ratelimit;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.impl.types.ErrorType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A Lua script that the server runs as one step; called by its hash, and sent whole when the server does not know it. */
record Script(String source, String sha1) {
    static Script take() {
        return of(Script.class.getResourceAsStream("/ratelimit/take.lua"));
    }

    static Script beat() {
        return of(Script.class.getResourceAsStream("/ratelimit/beat.lua"));
    }

    private static Script of(@Nullable InputStream resource) {
        try (InputStream file = Objects.requireNonNull(resource)) {
            byte[] source = file.readAllBytes();
            // The name that Redis gives scripts; nothing rests on its strength.
            byte[] name = MessageDigest.getInstance("SHA-1").digest(source);
            return new Script(
                    new String(source, StandardCharsets.UTF_8), HexFormat.of().formatHex(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The numbers that it answers. */
    Future<long[]> run(RedisConnection connection, List<String> keys, List<String> arguments) {
        return send(connection, request(Command.EVALSHA, sha1, keys, arguments))
                .recover(failure -> failure instanceof ErrorType error && error.is("NOSCRIPT")
                        ? send(connection, request(Command.EVAL, source, keys, arguments))
                        : Future.failedFuture(failure));
    }

    private static Future<long[]> send(RedisConnection connection, Request request) {
        return connection
                .send(request)
                .map(answer -> Objects.requireNonNull(answer).stream()
                        .mapToLong(number -> Objects.requireNonNull(number.toLong()))
                        .toArray());
    }

    private static Request request(Command command, String script, List<String> keys, List<String> arguments) {
        Request request = Request.cmd(command).arg(script).arg(keys.size());
        keys.forEach(request::arg);
        arguments.forEach(request::arg);
        return request;
    }
}
