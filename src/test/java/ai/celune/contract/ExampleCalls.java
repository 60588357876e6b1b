package ai.celune.contract;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.celune.contract.Operations.Operation;
import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.MailedCode;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import ai.celune.support.SlackStandIn;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Carries out the examples of the API document against the running service, in a world in which they make sense: with ids, codes and credentials that
 * exist in place of those that the document shows.
 */
final class ExampleCalls implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Actors actors = new Actors();
    private final JsonNode examples = read();
    private final Map<String, Supplier<Call>> prepared = new HashMap<>();
    private final HttpServer provider;

    /**
     * A call that is ready to be sent.
     *
     * @param id stands for the parameter of the path
     * @param real replaces fields of the example's request
     */
    record Call(@Nullable String token, @Nullable Object id, Map<String, ?> real) {
        static Call of(@Nullable String token) {
            return new Call(token, null, Map.of());
        }

        static Call of(@Nullable String token, Map<String, ?> real) {
            return new Call(token, null, real);
        }

        static Call to(Object id, String token) {
            return new Call(token, id, Map.of());
        }
    }

    ExampleCalls() {
        prepareIdentity();
        prepareWorkspace();
        prepareKeys();
        prepareSlack();
        try {
            provider = HttpServer.create(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), ProviderAddress.port()), 50);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        provider.createContext("/", exchange -> {
            try (exchange) {
                exchange.getRequestBody().readAllBytes();
                byte[] answer = example("Broker_" + exchange.getRequestMethod().toLowerCase(java.util.Locale.ROOT))
                        .path("response")
                        .toString()
                        .getBytes(UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, answer.length == 0 ? -1 : answer.length);
                exchange.getResponseBody().write(answer);
            }
        });
        SlackStandIn.on(provider);
        provider.start();
    }

    /** Operations that have an example. */
    Set<String> names() {
        Set<String> names = new java.util.TreeSet<>();
        examples.fieldNames().forEachRemaining(names::add);
        return names;
    }

    JsonNode example(String operation) {
        return examples.path(operation);
    }

    /** Makes what the example of an operation needs; nothing of it is part of the call. */
    Call prepare(Operation operation) {
        Supplier<Call> preparation = prepared.get(operation.id());
        if (preparation == null && operation.isBroker()) {
            return Call.of(agent.get());
        }
        return Objects.requireNonNull(preparation, () -> "tell how to prepare " + operation.id())
                .get();
    }

    Reply send(Operation operation, Call call) {
        return send(operation, call, Map.of());
    }

    /** With fields that the example does not show. */
    Reply send(Operation operation, Call call, Map<String, ?> more) {
        String path = operation.filled((of, parameter) -> switch (parameter) {
            case "provider" -> "openai";
            case "path" -> "v1/chat/completions";
            default -> String.valueOf(call.id);
        });
        JsonNode request = example(operation.id()).get("request");
        if (request == null) {
            return Api.send(operation.method(), path, call.token, null);
        }
        ObjectNode body = request.deepCopy();
        call.real.forEach((field, value) -> {
            if (!body.has(field)) {
                throw new AssertionError(operation.id() + " shows no field " + field);
            }
            body.set(field, JSON.valueToTree(value));
        });
        more.forEach((field, value) -> body.set(field, JSON.valueToTree(value)));
        return Api.send(operation.method(), path, call.token, body);
    }

    @Override
    public void close() {
        provider.stop(0);
    }

    private void prepareIdentity() {
        prepared.put(
                "AuthResource_signUp",
                () -> Call.of(null, Map.of("email", Actors.newEmail(), "accessCode", Actors.accessCode())));
        prepared.put(
                "AuthResource_signIn",
                () -> Call.of(null, Map.of("email", owner().email(), "password", Actors.PASSWORD)));
        prepared.put(
                "AuthResource_refresh",
                () -> Call.of(null, Map.of("refreshToken", owner().again().refreshToken())));
        prepared.put("AuthResource_acceptInvitation", () -> {
            String email = Actors.newEmail();
            Reply invited = Api.post("/v1/invitations", token(), Map.of("email", email, "role", "member"));
            return Call.of(null, Map.of("email", email, "code", invited.field("code")));
        });
        prepared.put("AuthResource_resetPassword", () -> {
            Session person = Actors.join(owner(), "member");
            Reply issued = Api.post("/v1/platform/users/" + person.userId() + "/reset-code", operator(), Map.of());
            return Call.of(null, Map.of("email", person.email(), "code", issued.field("code")));
        });
        prepared.put("AuthResource_requestCode", () -> Call.of(null, Map.of("email", owner().email())));
        prepared.put("AuthResource_verifyEmail", () -> {
            Session person = Actors.join(owner(), "member");
            return Call.of(null, Map.of("email", person.email(), "code", MailedCode.to(person.email())));
        });
        prepared.put("AuthResource_signOut", () -> Call.of(owner().again().token()));
        prepared.put("MeResource_show", () -> Call.of(token()));
        prepared.put(
                "MeResource_changePassword",
                () -> Call.of(Actors.join(owner(), "member").token(), Map.of("currentPassword", Actors.PASSWORD)));
        prepared.put(
                "MeResource_signOutEverywhere",
                () -> Call.of(Actors.join(owner(), "member").token()));
        prepared.put("AuthResource_reauthenticate", () -> Call.of(token(), Map.of("password", Actors.PASSWORD)));
        prepared.put("SessionResource_list", () -> Call.of(token()));
        prepared.put("SessionResource_end", () -> Call.to(Actors.sessionId(owner().again()), token()));
        prepared.put("JwksResource_keys", () -> Call.of(null));
        prepared.put("PlatformResource_list", () -> {
            owner();
            return Call.of(operator());
        });
        prepared.put("PlatformResource_issue", () -> Call.of(operator()));
        prepared.put(
                "PlatformResource_revoke",
                () -> Call.to(
                        Api.post("/v1/platform/access-codes", operator(), Map.of())
                                .id(),
                        operator()));
        prepared.put(
                "PlatformResource_resetCode",
                () -> Call.to(Actors.join(owner(), "member").userId(), operator()));
        prepared.put(
                "PlatformResource_link",
                () -> new Call(
                        operator(),
                        Actors.join(owner(), "member").userId(),
                        Map.of("subject", java.util.UUID.randomUUID().toString())));
        prepared.put("OperatorLogResource_list", () -> {
            Actors.accessCode();
            return Call.of(operator());
        });
    }

    private void prepareWorkspace() {
        prepared.put("WorkspaceResource_list", () -> Call.of(token()));
        prepared.put("WorkspaceResource_create", () -> Call.of(token(), Map.of("accessCode", Actors.accessCode())));
        prepared.put("WorkspaceResource_select", () -> {
            Session session = owner().again();
            Map<String, Object> second = Map.of("name", "Second", "accessCode", Actors.accessCode());
            return Call.to(Api.post("/v1/workspaces", session.token(), second).id(), session.token());
        });
        prepared.put("WorkspaceResource_delete", () -> {
            Session owner = Actors.newWorkspace();
            return Call.to(owner.workspaceId(), owner.token());
        });
        prepared.put("WorkspaceResource_restore", () -> {
            Session owner = Actors.newWorkspace();
            Api.delete("/v1/workspaces/" + owner.workspaceId(), owner.token()).require(202);
            return Call.to(owner.workspaceId(), owner.token());
        });
        prepared.put("PlatformShredResource_list", () -> {
            Rows.update(
                    "insert into shred_record values (?, 1, now(), now(), now(), 'no key', 7, now(), now())",
                    UUID.randomUUID());
            return Call.of(operator());
        });
        prepared.put("MemberResource_list", () -> Call.of(token()));
        prepared.put(
                "MemberResource_get",
                () -> Call.to(Actors.join(owner(), "member").userId(), token()));
        prepared.put(
                "MemberResource_changeRole",
                () -> Call.to(Actors.join(owner(), "member").userId(), token()));
        prepared.put(
                "MemberResource_remove",
                () -> Call.to(Actors.join(owner(), "member").userId(), token()));
        prepared.put("MemberResource_transferOwnership", () -> {
            Session owner = Actors.newWorkspace();
            return Call.to(Actors.join(owner, "member").userId(), owner.token());
        });
        prepared.put("RoleResource_permissions", () -> Call.of(token()));
        prepared.put("RoleResource_create", () -> Call.of(Actors.newWorkspace().token()));
        prepared.put("RoleResource_list", () -> Call.of(token()));
        prepared.put(
                "RoleResource_get",
                () -> Call.to(Actors.role(owner(), "settings:read").id(), token()));
        prepared.put(
                "RoleResource_change",
                () -> Call.to(Actors.role(owner(), "settings:read").id(), token()));
        prepared.put(
                "RoleResource_delete",
                () -> Call.to(Actors.role(owner(), "settings:read").id(), token()));
        prepared.put("InvitationResource_invite", () -> Call.of(token(), Map.of("email", Actors.newEmail())));
        prepared.put("ServiceAccountResource_create", () -> Call.of(token()));
        prepared.put("ServiceAccountResource_list", () -> {
            serviceAccount();
            return Call.of(token());
        });
        prepared.put("ServiceAccountResource_get", () -> Call.to(serviceAccount(), token()));
        prepared.put("ServiceAccountResource_remove", () -> Call.to(serviceAccount(), token()));
        prepared.put("SettingsResource_show", () -> {
            Api.patch("/v1/settings", token(), Map.of("brokerPerMinute", 300, "apiKeyMaxDays", 90));
            return Call.of(actors.admin().token());
        });
        prepared.put("SettingsResource_change", () -> {
            Api.patch("/v1/settings", token(), Map.of("brokerPerMinute", 200, "apiKeyMaxDays", 80));
            return Call.of(token());
        });
        prepared.put("EncryptionKeyResource_show", () -> {
            Session owner = Actors.newWorkspace();
            Api.send("POST", "/v1/encryption-key/rotate", owner.token(), null).require(202);
            return Call.of(owner.token());
        });
        prepared.put(
                "EncryptionKeyResource_rotate",
                () -> Call.of(Actors.newWorkspace().token()));
        prepared.put("PlatformKeyringMoveResource_show", () -> {
            noKeyringMove();
            UUID run = UUID.fromString(Api.post("/v1/platform/keyring-move", operator(), Map.of("dryRun", true))
                    .require(202)
                    .json()
                    .path("run")
                    .path("id")
                    .asText());
            Rows.update(
                    "insert into keyring_move_find values (?, ?, 'provider_key.sealed', 1, array[gen_random_uuid()])",
                    run,
                    owner().workspaceId());
            Rows.update("update keyring_move set state = 'incomplete', finished_at = now()");
            return Call.of(operator());
        });
        prepared.put("PlatformKeyringMoveResource_begin", () -> {
            noKeyringMove();
            return Call.of(operator());
        });
        prepared.put("AuditResource_list", () -> {
            providerKey();
            return Call.of(token());
        });
        prepared.put("AuditResource_get", () -> {
            providerKey();
            Reply log = Api.get("/v1/audit/events?action=provider_key.created", token());
            return Call.to(log.items().iterator().next().path("id").asText(), token());
        });
    }

    private void prepareKeys() {
        prepared.put("ApiKeyResource_create", () -> Call.of(unbounded(), Map.of("bindings", List.of(providerKey()))));
        prepared.put("ApiKeyResource_list", () -> {
            apiKey();
            return Call.of(token());
        });
        prepared.put("ApiKeyResource_get", () -> Call.to(apiKey().id(), token()));
        prepared.put("ApiKeyResource_change", () -> Call.to(apiKey().id(), token()));
        prepared.put(
                "ApiKeyResource_rotate",
                () -> new Call(
                        unbounded(),
                        apiKey().id(),
                        Map.of("overlapUntil", Instant.now().plusSeconds(60).toString())));
        prepared.put("ApiKeyResource_verify", () -> Call.of(unbounded(), Map.of("key", apiKey().token())));
        prepared.put("ApiKeyResource_revoke", () -> Call.to(apiKey().id(), token()));
        prepared.put("ProviderKeyResource_create", () -> Call.of(token()));
        prepared.put("ProviderKeyResource_list", () -> {
            providerKey();
            return Call.of(token());
        });
        prepared.put("ProviderKeyResource_get", () -> Call.to(providerKey(), token()));
        prepared.put("ProviderKeyResource_replaceValue", () -> Call.to(providerKey(), token()));
        prepared.put("ProviderKeyResource_attest", () -> Call.to(providerKey(), token()));
        prepared.put("ProviderKeyResource_rules", () -> Call.to(providerKey(), token()));
        prepared.put("ProviderKeyResource_follow", () -> Call.to(providerKey(), token()));
        prepared.put("ProviderKeyResource_delete", () -> Call.to(providerKey(), token()));
        prepared.put("KeyCheckResource_check", () -> Call.to(providerKey(), token()));
        prepared.put("UsageResource_sum", () -> {
            Api.post("/v1/proxy/openai/v1/chat/completions", agent.get(), Map.of("model", "example-model"))
                    .require(200);
            while (!Api.get("/v1/analytics/usage", token()).items().iterator().hasNext()) {
                Thread.onSpinWait();
            }
            return Call.of(token());
        });
        prepared.put("ProviderResource_list", () -> {
            clearedProvider();
            return Call.of(token());
        });
        prepared.put("PlatformProviderResource_list", () -> {
            clearedProvider();
            return Call.of(operator());
        });
        prepared.put("PlatformProviderResource_approve", () -> {
            clearedProvider();
            return Call.of(operator());
        });
        prepared.put("PlatformProviderResource_record", () -> Call.of(operator()));
    }

    private void prepareSlack() {
        prepared.put("SlackConnectionResource_create", () -> Call.of(token(), Map.of("key", SlackStandIn.botToken())));
        prepared.put("SlackConnectionResource_list", () -> {
            slackBot();
            return Call.of(token());
        });
        prepared.put(
                "SlackConnectionResource_replaceValue",
                () -> new Call(token(), slackBot(), Map.of("key", SlackStandIn.botToken())));
        for (String operation : List.of("get", "check", "send", "verify", "delete")) {
            prepared.put("SlackConnectionResource_" + operation, () -> Call.to(slackBot(), token()));
        }
    }

    /** An API key that may use the one provider key it is bound to; one for all calls. */
    private final Supplier<String> agent = new Supplier<>() {
        private @Nullable String token;

        @Override
        public String get() {
            if (token == null) {
                token = apiKey().token();
            }
            return Objects.requireNonNull(token);
        }
    };

    private Session owner() {
        return actors.owner();
    }

    private String token() {
        return owner().token();
    }

    /** The owner's token, in a workspace whose keys may live for ever. */
    private String unbounded() {
        Map<String, Object> settings = new HashMap<>();
        settings.put("apiKeyMaxDays", null);
        Api.patch("/v1/settings", token(), settings).require(200);
        return token();
    }

    private static String operator() {
        return Actors.operator().token();
    }

    /** The provider of the examples is one that the operator has approved, with a record. */
    private void clearedProvider() {
        for (String decided : List.of("PlatformProviderResource_approve", "PlatformProviderResource_record")) {
            String path = "/v1/platform/providers/openai/" + (decided.endsWith("approve") ? "approval" : "policy");
            Api.put(path, operator(), example(decided).path("request")).require(200);
        }
    }

    private static void noKeyringMove() {
        Rows.update("delete from keyring_move_find");
        Rows.update("delete from keyring_move");
    }

    private UUID providerKey() {
        Map<String, Object> wanted = Map.of("provider", "openai", "name", "test", "key", "sk-example-0123456789");
        return Api.post("/v1/provider-keys", token(), wanted).require(201).id();
    }

    private UUID slackBot() {
        Map<String, Object> wanted = Map.of(
                "name", "test", "key", SlackStandIn.botToken(), "signingSecret", "0123456789abcdef0123456789abcdef");
        return Api.post("/v1/slack-connections", token(), wanted).require(201).id();
    }

    private UUID serviceAccount() {
        return Api.post("/v1/service-accounts", token(), Map.of("name", "test", "role", "member"))
                .require(201)
                .id();
    }

    private Actors.Key apiKey() {
        return Actors.Key.of(Api.post(
                "/v1/api-keys",
                unbounded(),
                Map.of("name", "agent", "scopes", List.of("provider-keys:use"), "bindings", List.of(providerKey()))));
    }

    private static JsonNode read() {
        try (InputStream file = Objects.requireNonNull(ExampleCalls.class.getResourceAsStream("/api-examples.json"))) {
            return JSON.readTree(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
