package ai.celune.packaged;

import ai.celune.support.RealServers;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A real Keycloak as a process of its own, with the realm of the guide (docs/keycloak-realm.json) and people in it. It keeps nothing: started again it has
 * the same realm and people, and new signing keys.
 */
final class Keycloak implements AutoCloseable {
    static final String PASSWORD = "a password of the provider";
    static final String SECRET = "replace-by-32-or-more-random-characters";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path REALM = Path.of("docs", "keycloak-realm.json");
    private static final Path LOG = Path.of("target", "keycloak.log");
    private static final String GUIDE = "https://celune.example.com";

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final int port;
    private final String realm;
    private Process process;

    private Keycloak(int port, String realm, Process process) {
        this.port = port;
        this.realm = realm;
        this.process = process;
    }

    /**
     * Starts it for some replicas of the service, the first of which hears of logouts; a second client {@code rechecked} hears of none.
     *
     * @param people name to client roles; all of them are in the group {@code engineering}, and there are {@code nobody} and {@code guest}, who are nothing
     */
    static Keycloak start(List<String> replicas, Map<String, List<String>> people) throws Exception {
        Files.deleteIfExists(LOG);
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Keycloak keycloak = new Keycloak(port, realm(replicas, people), launch(port));
        keycloak.bringRealm();
        return keycloak;
    }

    private static String realm(List<String> replicas, Map<String, List<String>> people) throws IOException {
        ObjectNode realm = (ObjectNode) JSON.readTree(Files.readString(REALM).replace(GUIDE, replicas.getFirst()));
        ObjectNode celune = (ObjectNode) realm.path("clients").path(0);
        celune.set("redirectUris", callbacks(replicas, "keycloak"));
        ObjectNode rechecked = celune.deepCopy();
        rechecked.put("clientId", "rechecked").set("redirectUris", callbacks(replicas, "rechecked"));
        ((ObjectNode) rechecked.path("attributes")).remove("backchannel.logout.url");
        ((ArrayNode) realm.path("clients")).add(rechecked);
        Map<String, List<String>> everybody = new TreeMap<>(people);
        everybody.put("nobody", List.of());
        everybody.put("guest", List.of());
        everybody.forEach((name, roles) -> {
            ObjectNode person = realm.withArray("users")
                    .addObject()
                    .put("id", id(name))
                    .put("username", name)
                    .put("firstName", name)
                    .put("lastName", "Test")
                    .put("email", name + "@example.com")
                    .put("enabled", true);
            person.withArray("credentials").addObject().put("type", "password").put("value", PASSWORD);
            roles.forEach(role ->
                    person.withObject("/clientRoles").withArray("/celune").add(role));
            if (people.containsKey(name)) {
                person.withArray("groups").add("engineering");
            }
        });
        return realm.toString();
    }

    private static ArrayNode callbacks(List<String> replicas, String provider) {
        ArrayNode uris = JSON.createArrayNode();
        replicas.forEach(replica -> uris.add(replica + "/v1/auth/oidc/" + provider + "/login"));
        return uris;
    }

    private static Process launch(int port) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        RealServers.program("keycloak"),
                        "start",
                        "--optimized",
                        "--http-enabled=true",
                        "--http-host=127.0.0.1",
                        "--http-port=" + port,
                        "--hostname=http://127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(LOG.toFile()));
        builder.environment()
                .putAll(Map.of(
                        "JAVA_HOME",
                        System.getProperty("java.home"),
                        "JAVA_OPTS_KC_HEAP",
                        "-Xmx384m",
                        "KC_BOOTSTRAP_ADMIN_USERNAME",
                        "admin",
                        "KC_BOOTSTRAP_ADMIN_PASSWORD",
                        "admin"));
        return builder.start();
    }

    private void bringRealm() throws Exception {
        Service.await("Keycloak, see " + LOG, this::answers);
        send(admin("/admin/realms", "POST", realm).header("Content-Type", "application/json"), 201);
    }

    private boolean answers() {
        if (!process.isAlive()) {
            throw new IllegalStateException("Keycloak did not start, see " + LOG);
        }
        try {
            return client.send(
                                    HttpRequest.newBuilder(URI.create(
                                                    url() + "/realms/master/.well-known/openid-configuration"))
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    String issuer() {
        return url() + "/realms/celune";
    }

    static String id(String person) {
        return UUID.nameUUIDFromBytes(person.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .toString();
    }

    /** Ends all sessions of a person, as an administrator of Keycloak does; it tells those clients that listen. */
    void signOut(String person) throws Exception {
        send(admin("/admin/realms/celune/users/" + id(person) + "/logout", "POST", ""), 204);
    }

    /** Makes a client that is a program, whose tokens are for an audience, too; people may give it their passwords. */
    void addProgram(String client, String audience) throws Exception {
        ObjectNode program = JSON.createObjectNode()
                .put("clientId", client)
                .put("secret", SECRET)
                .put("serviceAccountsEnabled", true)
                .put("directAccessGrantsEnabled", true)
                .put("standardFlowEnabled", false);
        program.withArray("protocolMappers")
                .addObject()
                .put("name", "audience")
                .put("protocol", "openid-connect")
                .put("protocolMapper", "oidc-audience-mapper")
                .withObject("/config")
                .put("included.custom.audience", audience)
                .put("access.token.claim", "true");
        send(
                admin("/admin/realms/celune/clients", "POST", program.toString())
                        .header("Content-Type", "application/json"),
                201);
    }

    /** A token of a program (RFC 6749, section 4.4). */
    String tokenOf(String client) throws Exception {
        return JSON.readTree(send(
                        HttpRequest.newBuilder(URI.create(issuer() + "/protocol/openid-connect/token"))
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .POST(HttpRequest.BodyPublishers.ofString("grant_type=client_credentials&client_id="
                                        + client + "&client_secret=" + SECRET)),
                        200))
                .path("access_token")
                .asText();
    }

    void stop() {
        process.destroy();
        process.onExit().join();
    }

    void startAgain() throws Exception {
        process = launch(port);
        bringRealm();
    }

    private HttpRequest.Builder admin(String path, String method, String body) throws Exception {
        JsonNode token = JSON.readTree(send(
                HttpRequest.newBuilder(URI.create(url() + "/realms/master/protocol/openid-connect/token"))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(
                                "grant_type=password&client_id=admin-cli&username=admin&password=admin")),
                200));
        return HttpRequest.newBuilder(URI.create(url() + path))
                .header("Authorization", "Bearer " + token.path("access_token").asText())
                .method(method, HttpRequest.BodyPublishers.ofString(body));
    }

    private String send(HttpRequest.Builder request, int expected) throws Exception {
        HttpResponse<String> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != expected) {
            throw new AssertionError(answer + " " + answer.body());
        }
        return answer.body();
    }

    @Override
    public void close() {
        stop();
    }
}
