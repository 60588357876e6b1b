package ai.celune.support;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.celune.crypto.Digest;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.Key;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/** Signs tokens of workloads and of people with real keys, and publishes those as OpenID Connect Discovery 1.0 says. */
public final class TestIssuer implements AutoCloseable {
    /** Of all of them, since the service remembers it while tests come and go. */
    private static final RsaJsonWebKey FIRST = generate("first");

    private final HttpServer server;
    private final AtomicInteger reads = new AtomicInteger();
    private final Map<String, Granted> codes = new ConcurrentHashMap<>();
    private final List<String> presented = Collections.synchronizedList(new ArrayList<>());
    private volatile RsaJsonWebKey key = FIRST;
    private volatile boolean away;
    private volatile boolean stalled;
    private volatile @Nullable String place;
    private volatile Duration delay = Duration.ZERO;

    /** @param port 0 for any */
    public TestIssuer(int port) {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext(
                "/.well-known/openid-configuration",
                exchange -> answer(
                        exchange,
                        "{\"issuer\":\"%1$s\",\"jwks_uri\":\"%2$s\",\"authorization_endpoint\":\"%1$s/authorize\",\"token_endpoint\":\"%1$s/token\"}"
                                .formatted(url(), place == null ? keysUrl() : place)));
        server.createContext("/token", this::redeem);
        server.createContext("/keys", exchange -> {
            reads.incrementAndGet();
            presented.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            answer(exchange, new JsonWebKeySet(key).toJson(OutputControlLevel.PUBLIC_ONLY));
        });
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    public URI keysUrl() {
        return URI.create(url() + "/keys");
    }

    public RsaJsonWebKey key() {
        return key;
    }

    /** How often its keys were read. */
    public int reads() {
        return reads.get();
    }

    /** The Authorization fields with which they were. */
    public List<String> presented() {
        return List.copyOf(presented);
    }

    /** From now on it signs with, and publishes, another key. */
    public void rotate() {
        key = generate("key-" + System.nanoTime());
    }

    /** From now on answers end with their head. */
    public void stall() {
        stalled = true;
    }

    /** Where its discovery document says that its keys are. */
    public void keysAt(String wanted) {
        place = wanted;
    }

    /** Before each answer from now on. */
    public void delay(Duration wanted) {
        delay = wanted;
    }

    public void away(boolean wanted) {
        away = wanted;
    }

    /** Claims of a good token of an hour. */
    public JwtClaims claims(String subject, String audience, Instant now) {
        JwtClaims claims = new JwtClaims();
        claims.setIssuer(url());
        claims.setSubject(subject);
        claims.setAudience(audience);
        claims.setIssuedAt(NumericDate.fromSeconds(now.getEpochSecond()));
        claims.setNotBefore(NumericDate.fromSeconds(now.getEpochSecond()));
        claims.setExpirationTime(NumericDate.fromSeconds(now.plusSeconds(3600).getEpochSecond()));
        return claims;
    }

    public String sign(JwtClaims claims) {
        return sign(claims, key.getPrivateKey(), "RS256", Map.of("kid", key.getKeyId()));
    }

    /** Anybody's signature, or none. */
    public static String sign(JwtClaims claims, @Nullable Key by, String algorithm, Map<String, Object> header) {
        JsonWebSignature signature = new JsonWebSignature();
        signature.setAlgorithmConstraints(AlgorithmConstraints.NO_CONSTRAINTS);
        signature.setAlgorithmHeaderValue(algorithm);
        header.forEach(signature::setHeader);
        signature.setPayload(claims.toJson());
        signature.setKey(by);
        try {
            return signature.getCompactSerialization();
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    public static RsaJsonWebKey generate(String id) {
        try {
            RsaJsonWebKey made = RsaJwkGenerator.generateJwk(2048);
            made.setKeyId(id);
            return made;
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @param challenge of the one who asked for the code (RFC 7636, section 4.2) */
    private record Granted(String challenge, String idToken) {}

    /** A code with which whoever has the verifier of the challenge gets the ID token, once. */
    public String grant(String challenge, String idToken) {
        String code = UUID.randomUUID().toString();
        codes.put(code, new Granted(challenge, idToken));
        return code;
    }

    private void redeem(HttpExchange exchange) throws IOException {
        Map<String, String> form = Arrays.stream(
                        new String(exchange.getRequestBody().readAllBytes(), UTF_8).split("&"))
                .map(field -> field.split("=", 2))
                .collect(Collectors.toMap(field -> field[0], field -> field[1]));
        Granted granted = codes.remove(form.get("code"));
        String challenge = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(
                        Digest.sha256(form.getOrDefault("code_verifier", "").getBytes(UTF_8)));
        if (granted == null || !granted.challenge.equals(challenge)) {
            answer(exchange, 400, "{\"error\":\"invalid_grant\"}");
        } else {
            answer(
                    exchange,
                    200,
                    "{\"access_token\":\"none\",\"token_type\":\"Bearer\",\"expires_in\":60,\"id_token\":\"%s\"}"
                            .formatted(granted.idToken));
        }
    }

    private void answer(HttpExchange exchange, String json) throws IOException {
        answer(exchange, away ? 503 : 200, json);
    }

    private void answer(HttpExchange exchange, int status, String json) throws IOException {
        try (exchange) {
            LockSupport.parkNanos(delay.toNanos());
            byte[] body = json.getBytes(UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            if (stalled) {
                exchange.getResponseBody().flush();
                LockSupport.parkNanos(Duration.ofSeconds(30).toNanos());
            }
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
