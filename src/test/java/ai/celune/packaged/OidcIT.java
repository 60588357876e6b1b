package ai.celune.packaged;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.PostgresResource;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Sign-in at a real Keycloak, with two replicas of the packaged service (R16, cases 59 and 64). The provider {@code keycloak} tells of logouts, {@code
 * rechecked} does not and is asked every five seconds.
 */
class OidcIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String[] SAME_ORIGIN = {"Sec-Fetch-Site", "same-origin"};
    private static final Map<String, List<String>> PEOPLE = Map.of(
            "ada", List.of("celune-admin"), "bob", List.of(), "cyd", List.of("celune-member"), "opal", List.of());

    private static OwnDatabase database;
    private static Keycloak keycloak;
    private static Service one;
    private static Service other;
    private static String owner;

    private final Browser browser = new Browser();

    @BeforeAll
    static void start() throws Exception {
        database = OwnDatabase.asEmbedded(Path.of("target", "oidc").toAbsolutePath());
        one = Service.on("oidc-one", database.properties(), "http://127.0.0.1:9");
        other = Service.on("oidc-other", database.properties(), "http://127.0.0.1:9");
        keycloak = Keycloak.start(List.of(one.url(), other.url()), PEOPLE);
        // The workspace that people join has to be there before it can be named.
        one.start();
        owner = one.signUp(PostgresResource.BOOTSTRAP_CODE);
        String workspace = me(one, owner).path("workspaceId").asText();
        one.kill();
        for (Service replica : List.of(one, other)) {
            provider(replica, "keycloak", "celune", "0s", workspace);
            provider(replica, "rechecked", "rechecked", "5s", workspace);
            replica.set("celune.oidc.rechecked.landing", "/app");
            replica.set("celune.workload.keycloak.issuer", keycloak.issuer());
        }
        other.set("celune.identity.local-accounts", "false");
        one.start();
        other.start();
        owner = one.signIn("owner@example.com");
    }

    private static void provider(Service replica, String name, String client, String recheck, String workspace) {
        String prefix = "celune.oidc." + name + ".";
        replica.set(prefix + "issuer", keycloak.issuer())
                .set(prefix + "client-id", client)
                .set(prefix + "client-secret", Keycloak.SECRET)
                .set(prefix + "workspace", workspace)
                .set(prefix + "roles", "celune-admin=admin,celune-member=auditor")
                .set(prefix + "groups", "engineering=member")
                .set(prefix + "recheck", recheck);
    }

    @AfterAll
    static void stop() {
        other.close();
        one.close();
        keycloak.close();
        database.close();
    }

    private static JsonNode me(Service replica, String token) throws Exception {
        return replica.require(200, "GET", "/v1/me", token, null);
    }

    @Test
    void whoSignsInOnOneReplicaIsKnownOnBoth() throws Exception {
        HttpResponse<String> back = browser.signIn(one, "keycloak", "ada");
        assertEquals(303, back.statusCode(), back.body());
        assertEquals("/", Browser.location(back));
        assertEquals(List.of("__Host-celune"), browser.cookieNames(one));
        assertEquals("; Path=/; Secure; HTTPOnly; SameSite=Lax", browser.attributes());
        for (Service replica : List.of(one, other)) {
            JsonNode me = JSON.readTree(call("GET", replica, "/v1/me").body());
            assertEquals("admin", me.path("role").asText(), me.toString());
            assertEquals("ada@example.com", me.path("email").asText(), me.toString());
        }
        String session = session();
        assertEquals(
                "oidc:keycloak",
                database.superuser(
                        "select convert_from(bytes, 'UTF8')::jsonb -> 'details' ->> 'method' from audit_event"
                                + " where action = 'session.created' and target_id = '" + session + "'"));
        assertEquals(
                "0", database.superuser("select count(*) from refresh_token where session_id = '" + session + "'"));
    }

    /** The token that Keycloak gives to a client of its own stands for a key, on every replica until it is revoked on one. */
    @Test
    void aProgramOfTheProviderNeedsNoKey() throws Exception {
        String workspace = me(one, owner).path("workspaceId").asText();
        keycloak.addProgram("summarizer", "celune:" + workspace);
        keycloak.addProgram("stranger", "celune:" + UUID.randomUUID());
        String token = keycloak.tokenOf("summarizer");
        JsonNode account =
                one.require(201, "POST", "/v1/service-accounts", owner, "{\"name\":\"robot\",\"role\":\"member\"}");
        JsonNode key = one.require(201, "POST", "/v1/api-keys", owner, """
                {"name":"summarizer","scopes":["members:read"],"serviceAccountId":"%s","workload":{"issuer":"%s","subject":"%s"}}""".formatted(
                        account.path("id").asText(), keycloak.issuer(), subject(token)));
        for (Service replica : List.of(one, other)) {
            replica.require(200, "GET", "/v1/members", token, null);
            replica.require(403, "GET", "/v1/settings", token, null);
            replica.require(401, "GET", "/v1/members", keycloak.tokenOf("stranger"), null);
        }
        one.require(204, "DELETE", "/v1/api-keys/" + key.path("id").asText(), owner, null);
        other.require(401, "GET", "/v1/members", token, null);
        one.require(401, "GET", "/v1/members", token, null);
    }

    private static String subject(String token) throws Exception {
        return JSON.readTree(Base64.getUrlDecoder().decode(token.split("\\.", 3)[1]))
                .path("sub")
                .asText();
    }

    @Test
    void anApplicationRoleCountsBeforeAGroup() throws Exception {
        assertEquals(303, browser.signIn(one, "keycloak", "cyd").statusCode());
        assertEquals("auditor", role(one));
        Browser another = new Browser();
        assertEquals(303, another.signIn(one, "keycloak", "bob").statusCode());
        assertEquals(
                "member",
                JSON.readTree(another.get(one.url() + "/v1/me").body())
                        .path("role")
                        .asText());
    }

    @Test
    void aSecondSignInFindsTheSamePerson() throws Exception {
        browser.signIn(one, "keycloak", "bob");
        String first = userId();
        Browser later = new Browser();
        later.signIn(other, "rechecked", "bob");
        assertEquals(
                first,
                JSON.readTree(later.get(other.url() + "/v1/me").body())
                        .path("userId")
                        .asText());
    }

    @Test
    void nobodyGetsInWithoutARole() throws Exception {
        String before = stored();
        HttpResponse<String> refused = browser.signIn(one, "keycloak", "nobody");
        assertProblem(403, "sign_in_refused", refused);
        assertEquals(List.of(), browser.cookieNames(one));
        assertEquals(before, stored());
    }

    @Test
    void aLogoutAtTheProviderIsOneOnBothReplicas() throws Exception {
        browser.signIn(one, "keycloak", "ada");
        String session = session();
        Browser bystander = new Browser();
        bystander.signIn(one, "keycloak", "bob");
        assertEquals(200, call("GET", other, "/v1/me").statusCode());
        keycloak.signOut("ada");
        assertEquals(401, call("GET", one, "/v1/me").statusCode());
        assertEquals(401, call("GET", other, "/v1/me").statusCode());
        assertEquals(200, bystander.get(one.url() + "/v1/me").statusCode());
        assertEquals(
                "provider_logout",
                database.superuser("select convert_from(bytes, 'UTF8')::jsonb ->> 'reason' from audit_event"
                        + " where action = 'session.ended' and target_id = '" + session + "'"));
        assertEquals(
                "t",
                database.superuser(
                        "select sealed_tokens is null from browser_session where session_id = '" + session + "'"));
    }

    @Test
    void whatIsNoLogoutTokenEndsNothing() throws Exception {
        browser.signIn(one, "keycloak", "ada");
        for (String token : List.of("", "e30.e30.e30", "x".repeat(8_000))) {
            HttpResponse<String> refused = new Browser()
                    .send(
                            "POST",
                            one.url() + "/v1/auth/oidc/keycloak/back-channel-logout",
                            "logout_token=" + token,
                            "Content-Type",
                            "application/x-www-form-urlencoded");
            assertProblem(400, "invalid_request", refused);
        }
        assertEquals(200, call("GET", one, "/v1/me").statusCode());
    }

    @Test
    void signingOutEndsTheSessionHereAndAtTheProvider() throws Exception {
        browser.signIn(one, "keycloak", "bob");
        String kept = browser.cookie(one);
        HttpResponse<String> out = browser.post(one.url() + "/v1/auth/sign-out", SAME_ORIGIN);
        assertEquals(204, out.statusCode(), out.body());
        assertEquals(List.of(), browser.cookieNames(one));
        String there = Browser.location(out);
        assertTrue(there.startsWith(keycloak.issuer() + "/protocol/openid-connect/logout?"), there);
        assertEquals(one.url() + "/", Browser.location(browser.get(there)));
        assertEquals(200, browser.begin(one, "keycloak").statusCode(), "it asks for the password again");
        // The back button: the cookie that the browser had.
        browser.bring("__Host-celune", kept, one);
        assertEquals(401, call("GET", one, "/v1/me").statusCode());
        assertEquals(401, call("GET", other, "/v1/me").statusCode());
    }

    @Test
    void aWriteThatAnotherOriginCausesIsRefused() throws Exception {
        browser.signIn(one, "keycloak", "ada");
        String before = database.superuser("select name from workspace");
        for (String[] headers : new String[][] {
            {}, {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Sec-Fetch-Site", "none"}
        }) {
            assertProblem(403, "cross_site_request", rename(headers));
        }
        assertEquals(before, database.superuser("select name from workspace"));
        assertEquals(200, rename(SAME_ORIGIN).statusCode());
        assertEquals("Renamed", database.superuser("select name from workspace"));
    }

    @Test
    void theCookieAndATokenTogetherAreAmbiguous() throws Exception {
        browser.signIn(one, "keycloak", "bob");
        HttpResponse<String> both = browser.get(one.url() + "/v1/me", "Authorization", "Bearer " + owner);
        assertProblem(400, "ambiguous_credentials", both);
    }

    @Test
    void aCookieThatSomebodyMadeUpIsNeverTakenOver() throws Exception {
        String planted = "A".repeat(43);
        browser.bring("__Host-celune", planted, one);
        assertEquals(401, call("GET", one, "/v1/me").statusCode());
        assertEquals(List.of(), browser.cookieNames(one));
        browser.bring("__Host-celune", planted, one);
        assertEquals(303, browser.signIn(one, "keycloak", "bob").statusCode());
        assertNotEquals(planted, browser.cookie(one));
        assertEquals("member", role(one));
    }

    @Test
    void aCookieThatIsAnothersIsNeverTakenOver() throws Exception {
        browser.signIn(one, "keycloak", "bob");
        String planted = browser.cookie(one);
        Browser victim = new Browser();
        victim.bring("__Host-celune", planted, one);
        assertEquals(303, victim.signIn(one, "keycloak", "ada").statusCode());
        assertNotEquals(planted, victim.cookie(one));
        HttpResponse<String> me = victim.get(one.url() + "/v1/me");
        assertEquals("ada@example.com", JSON.readTree(me.body()).path("email").asText());
        assertEquals("no-store", me.headers().firstValue("Cache-Control").orElse(""));
        assertEquals("member", role(one), "bob is still bob");
    }

    /** Else a provider would be a way around the delays (case 61). */
    @Test
    void aSignInAtTheProviderClearsNoLock() throws Exception {
        String user = me(one, owner).path("userId").asText();
        String identity = "{\"issuer\":\"%s\",\"subject\":\"%s\"}".formatted(keycloak.issuer(), Keycloak.id("opal"));
        assertEquals(
                204,
                one.call("PUT", "/v1/platform/users/" + user + "/identity", owner, identity)
                        .statusCode());
        String right = "{\"email\":\"owner@example.com\",\"password\":\"" + Service.PASSWORD + "\"}";
        assertEquals(
                401,
                one.call("POST", "/v1/auth/sign-in", null, right.replace(Service.PASSWORD, "wrong"))
                        .statusCode());
        database.superuser("update sign_in_attempt set failures = 10, not_before = now() + interval '15 minutes'");
        try {
            assertEquals(303, browser.signIn(one, "keycloak", "opal").statusCode());
            assertEquals("owner", role(one));
            assertEquals(429, one.call("POST", "/v1/auth/sign-in", null, right).statusCode());
        } finally {
            database.superuser("delete from sign_in_attempt");
        }
    }

    @Test
    void anAnswerOfTheProviderCountsOnceAndInItsOwnBrowserOnly() throws Exception {
        String before = stored();
        String answer = browser.signInAtProvider(one, "keycloak", "nobody");
        assertProblem(401, "unauthenticated", new Browser().get(answer));
        Browser victim = new Browser();
        victim.begin(one, "keycloak");
        assertProblem(401, "unauthenticated", victim.get(answer));
        assertProblem(401, "unauthenticated", browser.get(answer.replaceFirst("state=[^&]+", "state=another")));
        assertEquals(before, stored());
    }

    @Test
    void aCodeOfAnotherFlowDoesNotPass() throws Exception {
        String before = stored();
        String mine = browser.signInAtProvider(one, "keycloak", "ada");
        String foreign = new Browser().signInAtProvider(one, "keycloak", "cyd");
        String mixed = mine.replaceFirst("code=[^&]+", "code=" + foreign.replaceFirst(".*[?&]code=([^&]+).*", "$1"));
        assertProblem(401, "unauthenticated", browser.get(mixed));
        assertEquals(before, stored());
    }

    @Test
    void aUsedAnswerIsNotTakenAgain() throws Exception {
        String answer = browser.signInAtProvider(one, "keycloak", "bob");
        Browser copy = new Browser();
        copy.copyCookies(browser, one);
        assertEquals(303, browser.get(answer).statusCode());
        String before = stored();
        assertProblem(401, "unauthenticated", copy.get(answer));
        assertEquals(before, stored());
    }

    @Test
    void whateverIsAskedForTheWayBackLeadsToTheLandingPage() throws Exception {
        for (String query :
                List.of("?redirect_uri=https://evil.example", "?landing=//evil.example", "?next=/%5Cevil")) {
            Browser asking = new Browser();
            HttpResponse<String> asked =
                    asking.get(one.url() + "/v1/auth/oidc/rechecked/login" + query, "X-Forwarded-Host", "evil.example");
            String there = Browser.location(asked);
            assertTrue(there.startsWith(keycloak.issuer() + "/"), there);
            assertFalse(there.contains("evil"), there);
            assertEquals("/app", Browser.location(asking.get(asking.enter(asking.get(there), "bob"))));
        }
    }

    @Test
    void whereNoLogoutIsToldOneReplicaAsksForASession() throws Exception {
        browser.signIn(one, "rechecked", "bob");
        String session = session();
        awaitDue(session);
        List<Callable<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            calls.add(() -> call("GET", one, "/v1/me").statusCode());
            calls.add(() -> call("GET", other, "/v1/me").statusCode());
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Integer> status : threads.invokeAll(calls)) {
                assertEquals(200, status.get());
            }
        }
        assertEquals(
                "2",
                database.superuser("select tokens_version from browser_session where session_id = '" + session + "'"));
        keycloak.signOut("bob");
        awaitDue(session);
        assertEquals(401, call("GET", other, "/v1/me").statusCode());
        assertEquals(401, call("GET", one, "/v1/me").statusCode());
    }

    @Test
    void anInvitationLetsInWhomTheClaimsDoNot() throws Exception {
        String invited = "{\"email\":\"guest@example.com\",\"role\":\"auditor\"}";
        String code = one.require(201, "POST", "/v1/invitations", owner, invited)
                .path("code")
                .asText();
        assertEquals(303, browser.accept(one, "keycloak", "guest", code).statusCode());
        assertEquals(List.of("__Host-celune"), browser.cookieNames(one));
        assertEquals("auditor", role(one));
        String before = stored();
        assertProblem(422, "access_code_invalid", new Browser().accept(one, "keycloak", "nobody", code));
        assertEquals(before, stored());
    }

    @Test
    void anOperatorLinksAnIdentityToALocalAccount() throws Exception {
        String user = me(one, owner).path("userId").asText();
        String identity = "{\"issuer\":\"%s\",\"subject\":\"%s\"}".formatted(keycloak.issuer(), Keycloak.id("opal"));
        String path = "/v1/platform/users/" + user + "/identity";
        for (int i = 0; i < 2; i++) {
            assertEquals(204, one.call("PUT", path, owner, identity).statusCode());
        }
        browser.signIn(one, "keycloak", "opal");
        assertEquals("owner", role(other));
        assertEquals(user, userId());
        Browser another = new Browser();
        another.signIn(one, "keycloak", "bob");
        String bob = JSON.readTree(another.get(one.url() + "/v1/me").body())
                .path("userId")
                .asText();
        assertProblem(
                409, "identity_taken", one.call("PUT", "/v1/platform/users/" + bob + "/identity", owner, identity));
    }

    @Test
    void aSessionThatNobodyUsesEnds() throws Exception {
        browser.signIn(one, "keycloak", "bob");
        String row = " where session_id = '" + session() + "'";
        database.superuser("update browser_session set seen_at = now() - interval '29 minutes'" + row);
        assertEquals(200, call("GET", one, "/v1/me").statusCode());
        assertEquals(
                "t", database.superuser("select seen_at > now() - interval '1 minute' from browser_session" + row));
        database.superuser("update browser_session set seen_at = now() - interval '31 minutes'" + row);
        assertEquals(401, call("GET", one, "/v1/me").statusCode());
    }

    @Test
    void anotherWorkspaceIsAnotherCookie() throws Exception {
        browser.signIn(one, "keycloak", "ada");
        String before = browser.cookie(one);
        String workspace = me(one, owner).path("workspaceId").asText();
        HttpResponse<String> selected =
                browser.post(one.url() + "/v1/workspaces/" + workspace + "/select", SAME_ORIGIN);
        assertEquals(200, selected.statusCode(), selected.body());
        assertTrue(JSON.readTree(selected.body()).path("accessToken").isNull(), selected.body());
        assertNotEquals(before, browser.cookie(one));
        assertEquals("admin", role(other));
        HttpResponse<String> out = browser.post(one.url() + "/v1/auth/sign-out", SAME_ORIGIN);
        assertTrue(Browser.location(out).contains("id_token_hint="), "the tokens went along");
        browser.bring("__Host-celune", before, one);
        assertEquals(401, call("GET", one, "/v1/me").statusCode());
    }

    @Test
    void aSignInByPasswordLeavesTheCookieAlone() throws Exception {
        browser.signIn(one, "keycloak", "bob");
        String before = browser.cookie(one);
        String body = "{\"email\":\"owner@example.com\",\"password\":\"" + Service.PASSWORD + "\"}";
        HttpResponse<String> signedIn = browser.send(
                "POST",
                one.url() + "/v1/auth/sign-in",
                body,
                "Content-Type",
                "application/json",
                SAME_ORIGIN[0],
                SAME_ORIGIN[1]);
        assertEquals(200, signedIn.statusCode(), signedIn.body());
        String token = JSON.readTree(signedIn.body()).path("accessToken").asText();
        assertEquals("owner", me(one, token).path("role").asText());
        assertEquals(before, browser.cookie(one));
        assertEquals("member", role(one));
    }

    @Test
    void localAccountsCanBeOff() throws Exception {
        String before = stored();
        assertProblem(
                403,
                "local_accounts_off",
                other.call(
                        "POST",
                        "/v1/auth/sign-in",
                        null,
                        "{\"email\":\"owner@example.com\",\"password\":\"" + Service.PASSWORD + "\"}"));
        assertEquals(before, stored());
    }

    @Test
    void anOutageOfTheProviderHoldsUpSignInsAlone() throws Exception {
        browser.signIn(one, "keycloak", "ada");
        Browser rechecked = new Browser();
        rechecked.signIn(one, "rechecked", "cyd");
        keycloak.stop();
        try {
            other.kill();
            other.start();
            HttpResponse<String> refused = new Browser().get(other.url() + "/v1/auth/oidc/keycloak/login");
            assertProblem(503, "identity_provider_unavailable", refused);
            assertTrue(refused.headers().firstValue("Retry-After").isPresent());
            assertEquals("admin", role(one));
            assertEquals("admin", role(other));
            database.superuser("update browser_session set checked_at = checked_at - interval '10 seconds'");
            assertEquals(200, rechecked.get(one.url() + "/v1/me").statusCode());
        } finally {
            keycloak.startAgain();
        }
        // With new keys, which neither replica has seen.
        for (Service replica : List.of(one, other)) {
            assertEquals(303, new Browser().signIn(replica, "keycloak", "ada").statusCode());
        }
    }

    private HttpResponse<String> call(String method, Service replica, String path) throws Exception {
        browser.copyCookies(browser, one, replica);
        return browser.send(method, replica.url() + path, null);
    }

    private HttpResponse<String> rename(String... headers) throws Exception {
        List<String> all = new ArrayList<>(List.of(headers));
        all.addAll(List.of("Content-Type", "application/json"));
        return browser.send("PATCH", one.url() + "/v1/settings", "{\"name\":\"Renamed\"}", all.toArray(String[]::new));
    }

    private String role(Service replica) throws Exception {
        return JSON.readTree(call("GET", replica, "/v1/me").body()).path("role").asText();
    }

    private String userId() throws Exception {
        return JSON.readTree(call("GET", one, "/v1/me").body()).path("userId").asText();
    }

    private static String session() {
        return database.superuser("select session_id from browser_session order by session_id desc limit 1");
    }

    private static void awaitDue(String session) {
        Service.await(
                "a session to be due",
                () -> database.superuser("select checked_at < now() - interval '5 seconds' from browser_session"
                                + " where session_id = '" + session + "'")
                        .equals("t"));
    }

    /** People, identities and sessions: what a refused sign-in must leave alone. */
    private static String stored() {
        return database.superuser(
                "select (select count(*) from account) || ' ' || (select count(*) from membership) || ' '"
                        + " || (select count(*) from federated_identity) || ' ' || (select count(*) from session) || ' '"
                        + " || (select count(*) from browser_session)");
    }

    private static void assertProblem(int status, String code, HttpResponse<String> answer) throws Exception {
        assertEquals(status, answer.statusCode(), answer.body());
        assertEquals(code, JSON.readTree(answer.body()).path("code").asText(), answer.body());
    }
}
