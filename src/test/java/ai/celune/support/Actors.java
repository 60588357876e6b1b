package ai.celune.support;

import ai.celune.security.Actor;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Everybody who can call, in one workspace of their own: made at first use by the same operations that clients use. */
public final class Actors {
    public static final String PASSWORD = "correct horse battery";

    private static final AtomicInteger NUMBER = new AtomicInteger();
    /** Test database to its operator: there is one bootstrap code in each. */
    private static final Map<String, Session> OPERATORS = new ConcurrentHashMap<>();

    private final Map<String, Session> members = new ConcurrentHashMap<>();

    /** A person signed in to a workspace. */
    public record Session(UUID userId, UUID workspaceId, String email, String token, String refreshToken) {
        public static Session of(String email, Reply tokens) {
            String token = tokens.field("accessToken");
            Reply me = Api.get("/v1/me", token).require(200);
            return new Session(
                    UUID.fromString(me.field("userId")),
                    UUID.fromString(me.field("workspaceId")),
                    email,
                    token,
                    tokens.field("refreshToken"));
        }

        /** An owner of this workspace as the service sees one. */
        public Actor asOwner(UUID user) {
            return new Actor(
                    Actor.Ref.user(user),
                    Actor.Ref.session(UUID.randomUUID()),
                    null,
                    user,
                    workspaceId,
                    "owner",
                    null,
                    Set.of(),
                    false,
                    null,
                    null,
                    Map.of(),
                    null);
        }

        /** The same person in a new session. */
        public Session again() {
            return of(email, signIn(email, PASSWORD).require(200));
        }
    }

    /** An API key with its value. */
    public record Key(UUID id, String token) {
        public static Key of(Reply created) {
            return new Key(created.require(201).id(), created.field("key"));
        }
    }

    public Session owner() {
        return members.computeIfAbsent("owner", role -> newWorkspace());
    }

    public Session admin() {
        return member("admin");
    }

    public Session member() {
        return member("member");
    }

    public Session auditor() {
        return member("auditor");
    }

    /** The owner of another workspace. */
    public Session stranger() {
        return members.computeIfAbsent("stranger", role -> newWorkspace());
    }

    /** The member of this role that a test uses, {@code owner} included. */
    public Session member(String role) {
        Session inviter = owner();
        return role.equals("owner") ? inviter : members.computeIfAbsent(role, wanted -> join(inviter, wanted));
    }

    /** The session that somebody calls with. */
    public static UUID sessionId(Session of) {
        for (JsonNode session :
                Api.get("/v1/me/sessions", of.token()).require(200).items()) {
            if (session.path("current").asBoolean()) {
                return UUID.fromString(session.path("id").asText());
            }
        }
        throw new AssertionError("no current session of " + of.email());
    }

    /** A new role of the person's workspace. */
    public static Reply role(Session of, String... permissions) {
        String name = "role-" + NUMBER.incrementAndGet();
        return Api.post("/v1/roles", of.token(), Map.of("name", name, "permissions", List.of(permissions)))
                .require(201);
    }

    /** An API key of the owner. */
    public Key key(String... scopes) {
        return key(owner(), scopes);
    }

    public static Key key(Session of, String... scopes) {
        return Key.of(Api.post("/v1/api-keys", of.token(), Map.of("name", "test", "scopes", List.of(scopes))));
    }

    /** The first person of the installation, who may do what platform operators may. */
    public static synchronized Session operator() {
        Session operator = OPERATORS.computeIfAbsent(
                PostgresResource.superuserJdbcUrl(), database -> signUp(PostgresResource.BOOTSTRAP_CODE));
        if (Api.get("/v1/me", operator.token()).status() != 200) {
            operator = operator.again();
            OPERATORS.put(PostgresResource.superuserJdbcUrl(), operator);
        }
        return operator;
    }

    /** A code for one new workspace. */
    public static String accessCode() {
        return Api.post("/v1/platform/access-codes", operator().token(), Map.of())
                .require(201)
                .field("code");
    }

    /** A new person with a new workspace. */
    public static Session newWorkspace() {
        return signUp(accessCode());
    }

    /** One more member of the inviter's workspace. */
    public static Session join(Session inviter, String role) {
        String email = newEmail();
        String code = Api.post("/v1/invitations", inviter.token(), Map.of("email", email, "role", role))
                .require(201)
                .field("code");
        Reply joined = Api.post(
                "/v1/auth/accept-invitation", null, Map.of("code", code, "email", email, "password", PASSWORD));
        return Session.of(email, joined.require(201));
    }

    public static Reply signIn(String email, String password) {
        return Api.post("/v1/auth/sign-in", null, Map.of("email", email, "password", password));
    }

    public static String newEmail() {
        return "person-" + NUMBER.incrementAndGet() + "@example.test";
    }

    private static Session signUp(String code) {
        String email = newEmail();
        Reply tokens = Api.post(
                "/v1/auth/sign-up",
                null,
                Map.of("email", email, "password", PASSWORD, "accessCode", code, "workspaceName", "Test"));
        return Session.of(email, tokens.require(201));
    }
}
