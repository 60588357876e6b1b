package ai.celune.provider;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The catalogue as it is configured; {@code META-INF/microprofile-config.properties} is the one that we ship. */
@ConfigMapping(prefix = "celune.broker")
interface CatalogueConfig {
    /** Name of the provider to what is known of it. */
    Map<String, Entry> provider();

    /** One provider. */
    interface Entry {
        /** Its name for people. */
        String title();

        /** An origin without a path; https, or http on loopback in development. Without it each key names one. */
        Optional<String> baseUrl();

        /** What the hosts that keys name must end with; without it they may name any public one. */
        Optional<List<String>> hosts();

        /** Field of a request in which the credential stands; without it each key names one. */
        Optional<String> header();

        /** Word before the credential. */
        Optional<String> scheme();

        /** What the paths of its API begin with; others are refused. */
        List<String> paths();

        /** Path of a harmless GET that only a valid key may make. */
        Optional<String> check();

        /** Fields that this GET needs besides the credential. */
        Map<String, String> checkHeaders();

        /** Statuses that say that a key is not valid; 401 unless told. */
        Optional<List<Integer>> refusedBy();

        /** What stands before the name of the model in a path; where it does not occur, the body names the model. */
        Optional<String> modelInPath();

        /** Where the JSON of a request names models, as names joined by dots; lists on the way are looked through. */
        @WithDefault("model")
        List<String> requestModel();

        /** Where an answer, or an event of it, names its model, as names joined by dots. */
        Optional<List<String>> model();

        /** As `model`, how many tokens were read. */
        Optional<List<String>> inputTokens();

        /** As `model`, how many tokens were written. */
        Optional<List<String>> outputTokens();
    }
}
