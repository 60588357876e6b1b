package ai.celune.packaged;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** As much of a browser as a sign-in needs: cookies for each origin, and redirects that the test sees. It sends Secure cookies by plain HTTP, as browsers do to localhost. */
final class Browser {
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    private static final Pattern FORM = Pattern.compile("action=\"([^\"]+)\"");

    /** Authority to name to value. */
    private final Map<String, Map<String, String>> cookies = new HashMap<>();

    /** Everything that was set for an origin, as it was set. */
    private final Map<String, String> attributes = new HashMap<>();

    HttpResponse<String> get(String url, String... headers) throws Exception {
        return send("GET", url, null, headers);
    }

    /** A write as a page of the same origin makes it. */
    HttpResponse<String> post(String url, String... headers) throws Exception {
        return send("POST", url, "", headers);
    }

    HttpResponse<String> send(String method, String url, @Nullable String body, String... headers) throws Exception {
        URI uri = URI.create(url);
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        Map<String, String> own = cookies.computeIfAbsent(uri.getAuthority(), origin -> new TreeMap<>());
        if (!own.isEmpty()) {
            request.header(
                    "Cookie",
                    own.entrySet().stream()
                            .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                            .collect(Collectors.joining("; ")));
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<String> answer = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
        answer.headers().allValues("Set-Cookie").forEach(line -> keep(own, line));
        return answer;
    }

    private void keep(Map<String, String> own, String line) {
        String[] pair = line.split(";", 2)[0].split("=", 2);
        if (line.contains("Max-Age=0")) {
            own.remove(pair[0]);
        } else {
            own.put(pair[0], pair[1]);
        }
        attributes.put(pair[0], line.substring(line.indexOf(';')));
    }

    /** Signs in at the service by the provider; the answer of the service to who comes back. */
    HttpResponse<String> signIn(Service service, String provider, String person) throws Exception {
        return get(signInAtProvider(service, provider, person));
    }

    /** The same with an invitation. */
    HttpResponse<String> accept(Service service, String provider, String person, String code) throws Exception {
        String way = "/v1/auth/oidc/" + provider + "/login?invitation=" + code;
        return get(enter(get(location(get(service.url() + way))), person));
    }

    /** The same without the last step: where the provider sends the browser. */
    String signInAtProvider(Service service, String provider, String person) throws Exception {
        return enter(begin(service, provider), person);
    }

    /** The provider's page to which the service leads. */
    HttpResponse<String> begin(Service service, String provider) throws Exception {
        return get(location(get(service.url() + "/v1/auth/oidc/" + provider + "/login")));
    }

    /** Fills in the provider's form; it needs none from a browser that is signed in there. */
    String enter(HttpResponse<String> page, String person) throws Exception {
        if (page.statusCode() != 200) {
            return location(page);
        }
        Matcher form = FORM.matcher(page.body());
        if (!form.find()) {
            throw new AssertionError("no form: " + page.body());
        }
        String fields = "username=" + person + "&password=" + URLEncoder.encode(Keycloak.PASSWORD, UTF_8);
        return location(send(
                "POST",
                form.group(1).replace("&amp;", "&"),
                fields,
                "Content-Type",
                "application/x-www-form-urlencoded"));
    }

    static String location(HttpResponse<String> answer) {
        return answer.headers()
                .firstValue("Location")
                .orElseThrow(() -> new AssertionError(answer + " leads nowhere: " + answer.body()));
    }

    /** The names of the cookies of an origin. */
    List<String> cookieNames(Service service) {
        return List.copyOf(of(service).keySet());
    }

    String cookie(Service service) {
        return Objects.requireNonNull(of(service).get("__Host-celune"), "no session cookie");
    }

    String attributes() {
        return attributes.getOrDefault("__Host-celune", "");
    }

    /** Has the cookie, however it came by it. */
    void bring(String name, String value, Service service) {
        of(service).put(name, value);
    }

    /** Has the cookies of another browser; to a browser replicas behind a balancer are one origin. */
    void copyCookies(Browser from, Service service) {
        copyCookies(from, service, service);
    }

    void copyCookies(Browser from, Service origin, Service service) {
        Map<String, String> copied = Map.copyOf(from.of(origin));
        of(service).putAll(copied);
    }

    private Map<String, String> of(Service service) {
        return cookies.computeIfAbsent(URI.create(service.url()).getAuthority(), origin -> new TreeMap<>());
    }
}
