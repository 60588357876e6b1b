package ai.celune.contract;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.SlackStandIn;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** Calls that carry canaries to every place of the API that takes a secret: rightly, wrongly, and to a provider that gives them back. */
final class SecretTraffic implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> KINDS = Set.of(
            "password",
            "access code",
            "invitation code",
            "reset code",
            "access token",
            "refresh token",
            "API key",
            "provider key",
            "custom provider key",
            "replacement",
            "Slack token",
            "Slack webhook",
            "signing secret");

    private final Canaries canaries = new Canaries();
    private final List<Answer> answers = new ArrayList<>();
    private final Set<String> accepted = new TreeSet<>();
    private final Set<String> injected = new TreeSet<>();
    private final Queue<String> received = new ConcurrentLinkedQueue<>();
    private final HttpServer provider;

    /** An answer and the names of the canaries that it alone may show. */
    record Answer(String what, int status, String text, Set<String> shown) {
        boolean isRefusal() {
            return status >= 400;
        }
    }

    /** A field of an operation's request that takes a secret, in an otherwise good request. */
    private record Field(
            String method, String path, @Nullable String token, Map<String, Object> rest, String name) {}

    SecretTraffic() {
        try {
            provider = HttpServer.create(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), ProviderAddress.port()), 50);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        provider.createContext("/", this::echo);
        provider.createContext("/api/", this::echoOfSlack);
        provider.createContext("/services/", this::echoOfSlack);
    }

    Canaries canaries() {
        return canaries;
    }

    List<Answer> answers() {
        return answers;
    }

    /** Names of the provider's keys that calls were made with. */
    Set<String> injected() {
        return injected;
    }

    /** Heads and bodies as they arrived at the provider. */
    List<String> receivedByProvider() {
        return List.copyOf(received);
    }

    Set<String> kindsNeverAccepted() {
        Set<String> never = new TreeSet<>(KINDS);
        never.removeAll(accepted);
        return never;
    }

    @Override
    public void close() {
        provider.stop(0);
    }

    void run() {
        provider.start();
        String owner = people();
        String agent = keys(owner);
        broker(agent);
        slack(owner);
        wrongFields(owner);
        wrongCredentials(owner, agent);
    }

    private String people() {
        String operator = Actors.operator().token();
        String password = canaries.next("password");
        String code = shown(send("POST", "/v1/platform/access-codes", operator, Map.of()), "access code", "code");
        Reply signUp = send("POST", "/v1/auth/sign-up", null, signUp(password, code));
        String owner = tokens(accepted(signUp, "password", "access code"));
        String email =
                accepted(send("GET", "/v1/me", owner, null), "access token").field("email");
        Reply signIn = send("POST", "/v1/auth/sign-in", null, Map.of("email", email, "password", password));
        tokens(accepted(signIn));
        String refresh = signIn.field("refreshToken");
        tokens(accepted(send("POST", "/v1/auth/refresh", null, Map.of("refreshToken", refresh)), "refresh token"));

        String second = shown(send("POST", "/v1/platform/access-codes", operator, Map.of()), "access code", "code");
        twice("/v1/workspaces", owner, Map.of("name", "Second", "accessCode", second));
        Session guest = invited(owner);
        String path = "/v1/platform/users/" + guest.userId() + "/reset-code";
        String reset = shown(twice(path, operator, Map.of()), "reset code", "code");
        String newPassword = canaries.next("password");
        Map<String, Object> proof = Map.of("email", guest.email(), "code", reset, "password", newPassword);
        accepted(send("POST", "/v1/auth/reset-password", null, proof), "reset code");
        String again = tokens(accepted(
                send("POST", "/v1/auth/sign-in", null, Map.of("email", guest.email(), "password", newPassword))));
        Map<String, Object> change = Map.of("currentPassword", newPassword, "newPassword", canaries.next("password"));
        accepted(send("POST", "/v1/me/password", again, change));
        return owner;
    }

    private Session invited(String owner) {
        String email = Actors.newEmail();
        Map<String, Object> invitation = Map.of("email", email, "role", "member");
        String code = shown(twice("/v1/invitations", owner, invitation), "invitation code", "code");
        Map<String, Object> acceptance = Map.of("code", code, "email", email, "password", canaries.next("password"));
        Reply joined = accepted(send("POST", "/v1/auth/accept-invitation", null, acceptance), "invitation code");
        String token = tokens(joined);
        Reply me = accepted(send("GET", "/v1/me", token, null));
        return new Session(
                UUID.fromString(me.field("userId")), UUID.fromString(me.field("workspaceId")), email, token, "");
    }

    private String keys(String owner) {
        String first = canaries.next("provider key");
        UUID openai = accepted(
                        twice("/v1/provider-keys", owner, Map.of("provider", "openai", "name", "k", "key", first)),
                        "provider key")
                .id();
        Map<String, Object> custom = Map.of(
                "provider",
                "custom",
                "name",
                "k",
                "key",
                canaries.next("custom provider key"),
                "baseUrl",
                "http://127.0.0.1:" + ProviderAddress.port(),
                "header",
                "X-Custom-Key");
        UUID other = accepted(twice("/v1/provider-keys", owner, custom), "custom provider key")
                .id();
        Map<String, Object> wanted =
                Map.of("name", "agent", "scopes", List.of("provider-keys:use"), "bindings", List.of(openai, other));
        String agent = shown(twice("/v1/api-keys", owner, wanted), "API key", "key");
        accepted(send("POST", "/v1/proxy/openai/v1/echo", agent, Map.of()));
        for (UUID key : List.of(openai, other)) {
            String value = canaries.next("replacement");
            accepted(send("PUT", "/v1/provider-keys/" + key + "/value", owner, Map.of("key", value)), "replacement");
            accepted(send("GET", "/v1/provider-keys/" + key, owner, null));
        }
        accepted(send("GET", "/v1/provider-keys", owner, null));
        accepted(send("GET", "/v1/api-keys", owner, null));
        accepted(send("GET", "/v1/audit/events?limit=200", owner, null));
        return agent;
    }

    private void broker(String agent) {
        for (String name : List.of("openai", "custom")) {
            String path = "/v1/proxy/" + name + "/v1/";
            accepted(send("POST", path + "echo", agent, Map.of("model", "m")), "API key");
            send("POST", path + "refuse", agent, Map.of());
            send("POST", path + "break", agent, Map.of());
            send("POST", path + "cut", agent, Map.of());
            for (String header : List.of("x-api-key", "api-key", "x-goog-api-key")) {
                accepted(send("GET", path + "echo", null, null, header, agent));
            }
        }
    }

    private void slack(String owner) {
        String path = "/v1/slack-connections";
        String signing =
                canaries.watch("signing secret", UUID.randomUUID().toString().replace("-", ""));
        Map<String, Object> bot = Map.of("name", "s", "key", slackToken(), "signingSecret", signing);
        UUID first = accepted(twice(path, owner, bot), "Slack token", "signing secret")
                .id();
        Map<String, Object> webhook = Map.of("name", "s", "key", slackWebhook());
        UUID second = accepted(twice(path, owner, webhook), "Slack webhook").id();
        for (String text : List.of("echo", "refuse", "break")) {
            send("POST", path + "/" + first + "/messages", owner, Map.of("channel", "C1", "text", text));
            send("POST", path + "/" + second + "/messages", owner, Map.of("text", text));
        }
        send(
                        "POST",
                        path + "/" + first + "/verify",
                        owner,
                        Map.of("timestamp", "1", "signature", "v0=" + "0".repeat(64), "body", ""))
                .require(200);
        accepted(send("POST", path + "/" + first + "/check", owner, null));
        accepted(send("PUT", path + "/" + first + "/value", owner, Map.of("key", slackToken())));
        accepted(send("PUT", path + "/" + second + "/value", owner, Map.of("key", slackWebhook())));
        accepted(send("POST", path + "/" + second + "/messages", owner, Map.of("text", "echo")));
        accepted(send("GET", path, owner, null));
        accepted(send("GET", path + "/" + first, owner, null));
        accepted(send("DELETE", path + "/" + first, owner, null));
        accepted(send("GET", "/v1/audit/events?limit=200", owner, null));
    }

    private String slackToken() {
        String token = SlackStandIn.botToken();
        return canaries.watch("Slack token " + token.length() + token.hashCode(), token);
    }

    private String slackWebhook() {
        String url = SlackStandIn.webhookUrl();
        return canaries.watch("Slack webhook " + url.hashCode(), url);
    }

    /** Every field that takes a secret, in every way that a client can get it wrong. */
    private void wrongFields(String owner) {
        String key = "/v1/provider-keys";
        UUID stored = send("POST", key, owner, Map.of("provider", "anthropic", "name", "k", "key", "sk-to-be-replaced"))
                .require(201)
                .id();
        List<Field> fields = List.of(
                new Field("POST", "/v1/auth/sign-up", null, signUp("", "WRONG-CODE"), "password"),
                new Field("POST", "/v1/auth/sign-up", null, signUp("a good password", ""), "accessCode"),
                new Field("POST", "/v1/auth/sign-in", null, Map.of("email", Actors.newEmail()), "password"),
                new Field("POST", "/v1/auth/refresh", null, Map.of(), "refreshToken"),
                new Field("POST", "/v1/auth/accept-invitation", null, joining("code", "WRONG-CODE"), "password"),
                new Field("POST", "/v1/auth/accept-invitation", null, joining("password", "a good password"), "code"),
                new Field("POST", "/v1/auth/reset-password", null, joining("code", "WRONG-CODE"), "password"),
                new Field("POST", "/v1/auth/reset-password", null, joining("password", "a good password"), "code"),
                new Field(
                        "POST", "/v1/me/password", owner, Map.of("newPassword", "a good password"), "currentPassword"),
                new Field("POST", "/v1/me/password", owner, Map.of("currentPassword", "wrong one"), "newPassword"),
                new Field("POST", "/v1/workspaces", owner, Map.of("name", "W"), "accessCode"),
                new Field("POST", key, owner, Map.of("provider", "unknown", "name", "k"), "key"),
                new Field("POST", key, owner, Map.of("provider", "openai", "name", "k", "header", "X"), "key"),
                new Field("POST", key, owner, Map.of("provider", "custom", "name", "k", "baseUrl", "ftp://x"), "key"),
                new Field("PUT", key + "/" + stored + "/value", owner, Map.of(), "key"),
                new Field("PUT", key + "/" + UUID.randomUUID() + "/value", owner, Map.of(), "key"),
                new Field("POST", "/v1/slack-connections", owner, Map.of("name", "k"), "key"),
                new Field(
                        "PUT",
                        "/v1/slack-connections/" + UUID.randomUUID() + "/value",
                        owner,
                        Map.of(),
                        "signingSecret"));
        for (Field field : fields) {
            String value = canaries.next("refused " + field.name);
            wrongBodies(field, value);
            wrongPlaces(field, value);
        }
    }

    private void wrongBodies(Field field, String value) {
        String quoted = text(value);
        String rest = text(field.rest).replaceFirst("}$", "");
        String start = (field.rest.isEmpty() ? "{" : rest + ",") + text(field.name) + ":";
        List<String> bodies = List.of(
                start + quoted + "}",
                start + "[" + quoted + "]}",
                start + "{\"x\":" + quoted + "}}",
                start + text(value.repeat(400)) + "}",
                start + text(value.repeat(3_000)) + "}",
                start + quoted + ",\"surprise\":" + quoted + "}",
                start + quoted + "," + text(field.name) + ":" + quoted + "}",
                start + quoted + "," + quoted + "}",
                start + quoted + " " + quoted + "}",
                start + quoted + "}" + value,
                start + quoted,
                start + value + "}",
                start + "'" + value + "'}",
                start + "\"" + value.replace("\"", "") + "\\q\"}",
                start + text(value + "\n") + "}",
                start + text(value + "\u0000") + "}",
                quoted,
                "[" + quoted + "]",
                value);
        for (String body : bodies) {
            send(field.method, field.path, field.token, body);
        }
        for (String type : List.of("text/plain", "application/x-www-form-urlencoded", "application/xml", "x")) {
            send(field.method, field.path, field.token, start + quoted + "}", "Content-Type", type);
        }
        send(
                field.method,
                field.path,
                field.token,
                (start + quoted + "}").getBytes(java.nio.charset.StandardCharsets.UTF_16));
    }

    private void wrongPlaces(Field field, String value) {
        String escaped = URLEncoder.encode(value, UTF_8);
        send(field.method, field.path + "?" + field.name + "=" + escaped, field.token, field.rest);
        send(field.method, field.path + "/" + escaped, field.token, field.rest);
        send(field.method, field.path + ";" + field.name + "=" + escaped, field.token, field.rest);
        send("GET", "/v1/provider-keys/" + escaped, field.token, null);
        send(
                "GET",
                "/v1/audit/events?cursor=" + escaped + "&actor=" + escaped + "&limit=" + escaped,
                field.token,
                null);
        send("PURGE", field.path, field.token, text(value));
        for (String header : List.of(
                "X-" + field.name,
                "Celune-Provider-Key",
                "If-Match",
                "Idempotency-Key",
                "Cookie",
                "Accept",
                "User-Agent",
                "Referer",
                "X-Request-Id",
                "traceparent",
                "Accept-Language",
                "X-Forwarded-For")) {
            send(field.method, field.path, field.token, field.rest, header, value);
        }
    }

    private void wrongCredentials(String owner, String agent) {
        String revoked = shown(
                send("POST", "/v1/api-keys", owner, Map.of("name", "r", "scopes", List.of("settings:read"))),
                "API key",
                "key");
        UUID id = UUID.fromString(
                Api.parse(answers.getLast().text.split("\n", 2)[1]).path("id").asText());
        accepted(send("DELETE", "/v1/api-keys/" + id, owner, null));
        for (String value : List.of(revoked, agent, owner, canaries.next("refused credential"))) {
            String escaped = URLEncoder.encode(value, UTF_8);
            String basic = Base64.getEncoder().encodeToString(("user:" + value).getBytes(UTF_8));
            for (String authorization : List.of(
                    value,
                    "Bearer  " + value,
                    "Bearer " + value + "x",
                    "Basic " + basic,
                    "Token " + value,
                    "bearer:" + value)) {
                send("GET", "/v1/settings", null, null, "Authorization", authorization);
                send("GET", "/v1/proxy/openai/v1/echo", null, null, "Authorization", authorization);
            }
            send("GET", "/v1/settings", value, null, "Authorization", "Bearer other");
            send("GET", "/v1/settings", null, null, "x-api-key", value);
            send("GET", "/v1/settings?api_key=" + escaped, null, null);
            send("GET", "/v1/settings?access_token=" + escaped, null, null);
            send("GET", "/v1/proxy/openai/v1/echo?key=" + escaped, null, null);
            send("GET", "/v1/api-keys/" + escaped, owner, null);
            send("DELETE", "/v1/provider-keys/" + escaped, owner, null);
            send("POST", "/v1/auth/refresh", null, Map.of("refreshToken", value));
            send("POST", "/v1/api-keys", owner, Map.of("name", "n", "scopes", List.of(value)));
        }
        send("GET", "/v1/settings", revoked, null);
    }

    /** Sends the same request twice; the second is answered from what is stored of the first. */
    private Reply twice(String path, String token, Map<String, Object> body) {
        String key = "idempotency-" + UUID.randomUUID();
        Reply replayed;
        Reply first = Api.post(path, token, body, "Idempotency-Key", key).require(201);
        replayed = send("POST", path, token, body, "Idempotency-Key", key).require(201);
        if (!replayed.header("Idempotency-Replayed").equals("true")) {
            throw new AssertionError(path + " was not replayed");
        }
        return note(first);
    }

    private Reply send(String method, String path, @Nullable String token, @Nullable Object body, String... headers) {
        return note(Api.send(method, path, token, body, headers));
    }

    private Reply note(Reply reply) {
        String what = "call " + answers.size() + " " + reply.request().replaceFirst("[?;].*", "");
        String text = reply.headers().map() + "\n" + reply.text();
        answers.add(new Answer(what, reply.status(), text, new TreeSet<>()));
        return reply;
    }

    /** Watches a value that the latest answer alone may show. */
    private String shown(Reply reply, String kind, String field) {
        String value = reply.field(field);
        if (value.length() < 20) {
            throw new AssertionError(reply + " does not show " + field);
        }
        String name = kind + " of call " + answers.size();
        canaries.watch(name, value);
        answers.getLast().shown.add(name);
        return value;
    }

    private String tokens(Reply reply) {
        shown(reply, "refresh token", "refreshToken");
        return shown(reply, "access token", "accessToken");
    }

    private Reply accepted(Reply reply, String... kinds) {
        if (reply.status() >= 300) {
            throw new AssertionError(reply);
        }
        accepted.addAll(List.of(kinds));
        return reply;
    }

    private static Map<String, Object> signUp(String password, String code) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("email", Actors.newEmail());
        body.put("workspaceName", "Test");
        if (!password.isEmpty()) {
            body.put("password", password);
        }
        if (!code.isEmpty()) {
            body.put("accessCode", code);
        }
        return body;
    }

    private static Map<String, Object> joining(String field, String value) {
        return Map.of("email", Actors.newEmail(), field, value);
    }

    private static String text(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Gives the credential back in every form that the broker promises to remove, whole, in pieces, in a refusal and before it breaks. */
    private void echo(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
            received.add(exchange.getRequestURI() + " " + Map.copyOf(exchange.getRequestHeaders()) + " " + body);
            String bearer = exchange.getRequestHeaders().getFirst("Authorization");
            String custom = exchange.getRequestHeaders().getFirst("X-Custom-Key");
            String secret = custom == null ? bearer.substring("Bearer ".length()) : custom;
            injected.addAll(canaries.in(secret));
            String path = exchange.getRequestURI().getPath();
            if (path.endsWith("/break")) {
                return;
            }
            String base64 = Base64.getEncoder().encodeToString(secret.getBytes(UTF_8));
            exchange.getResponseHeaders().set("X-Echo", secret);
            exchange.getResponseHeaders().set("X-Echo-Encoded", base64);
            exchange.getResponseHeaders().set("Set-Cookie", "key=" + URLEncoder.encode(secret, UTF_8));
            exchange.sendResponseHeaders(path.endsWith("/refuse") ? 401 : 200, 0);
            OutputStream out = exchange.getResponseBody();
            String text = "Incorrect API key: " + secret + " " + text(secret) + " " + base64 + " "
                    + Base64.getUrlEncoder().withoutPadding().encodeToString(("x" + secret).getBytes(UTF_8)) + " "
                    + URLEncoder.encode(secret, UTF_8);
            for (byte b : text.getBytes(UTF_8)) {
                out.write(b);
                out.flush();
            }
            if (path.endsWith("/cut")) {
                throw new IOException("cut off by the test");
            }
        }
    }

    /** As {@link #echo}, in the forms of Slack's answers. */
    private void echoOfSlack(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
            String target = exchange.getRequestURI().toString();
            received.add(target + " " + Map.copyOf(exchange.getRequestHeaders()) + " " + body);
            boolean isWebhook = target.startsWith("/services/");
            String secret = isWebhook
                    ? "https://hooks.slack.com" + target
                    : exchange.getRequestHeaders().getFirst("Authorization").substring("Bearer ".length());
            injected.addAll(canaries.in(secret));
            if (body.contains("break")) {
                return;
            }
            boolean refuses = body.contains("refuse");
            String base64 = Base64.getEncoder().encodeToString(("x" + secret).getBytes(UTF_8));
            String answer = isWebhook
                    ? refuses ? secret : "ok"
                    : refuses
                            ? "{\"ok\":false,\"error\":\"" + secret + "\"}"
                            : "{\"ok\":true,\"team_id\":\"T0\",\"user_id\":\"U0\",\"team\":\"" + secret + " " + base64
                                    + "\",\"channel\":\"C1\",\"ts\":\"1.000001\",\"revoked\":true}";
            exchange.getResponseHeaders()
                    .set("X-OAuth-Scopes", secret + "," + secret.toLowerCase(java.util.Locale.ROOT));
            exchange.getResponseHeaders().set("Retry-After", secret);
            byte[] bytes = answer.getBytes(UTF_8);
            exchange.sendResponseHeaders(isWebhook && refuses ? 400 : 200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }
}
