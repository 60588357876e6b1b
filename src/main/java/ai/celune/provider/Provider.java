package ai.celune.provider;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the catalogue knows of one provider.
 *
 * @param name as in {@code /v1/proxy/{name}/…}
 * @param title its name for people
 * @param origin where it lives; empty when each key names an origin
 * @param hosts what such origins' hosts end with; empty for any
 * @param position of its credential; empty when each key names it
 * @param paths what the paths of its API begin with
 * @param check how a key is checked; empty when it cannot be
 * @param modelInPath what stands before a model in a path
 * @param requestModel names on the way to the models that the JSON of a request names
 * @param model names on the way to the model in an answer, for each place where it may stand
 * @param inputTokens as {@code model}, to the count of tokens that were read
 * @param outputTokens as {@code model}, to the count of tokens that were written
 */
public record Provider(
        String name,
        String title,
        Optional<String> origin,
        List<String> hosts,
        Optional<Position> position,
        List<String> paths,
        Optional<Check> check,
        Optional<String> modelInPath,
        List<List<String>> requestModel,
        List<List<String>> model,
        List<List<String>> inputTokens,
        List<List<String>> outputTokens) {
    /**
     * Where a credential stands in a request.
     *
     * @param header name of the field
     * @param scheme word before the value, empty for none
     */
    public record Position(String header, String scheme) {}

    /**
     * A GET that only a valid key may make.
     *
     * @param target path and query
     * @param headers fields that it needs besides the credential
     * @param refusedBy statuses that say that the key is not valid
     */
    public record Check(String target, Map<String, String> headers, List<Integer> refusedBy) {}

    /** Whether it is whoever a key says it is: no operator can vouch for it. */
    public boolean isAnybody() {
        return origin.isEmpty() && hosts.isEmpty();
    }

    /** Whether a path is of the API that a credential of this provider is stored for. */
    public boolean serves(String path) {
        return paths.stream().anyMatch(path::startsWith);
    }

    /** Whether keys may live at this host. */
    public boolean livesAt(String host) {
        return hosts.isEmpty() || hosts.stream().anyMatch(host::endsWith);
    }

    /** Whether its answers tell of tokens. */
    public boolean isMetered() {
        return !inputTokens.isEmpty() || !outputTokens.isEmpty();
    }

    /** The model that a path names. */
    public Optional<String> modelIn(String path) {
        return modelInPath
                .filter(path::contains)
                .map(marker ->
                        path.substring(path.indexOf(marker) + marker.length()).split("[/:]", 2)[0])
                .filter(model -> !model.isEmpty());
    }
}
