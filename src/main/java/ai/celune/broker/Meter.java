package ai.celune.broker;

import ai.celune.provider.Provider;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads from an answer, while it passes, which model wrote it and how many tokens it says were read and written, at the places that the catalogue names
 * (R15). Where an event stream tells twice, the last word counts; of several places the first that is named in the catalogue and occurs. What is no JSON
 * tells nothing.
 *
 * <p>Gets the answer without the secret: a provider that puts it where the model stands would else have it written into the log.
 */
final class Meter {
    /** Names that the log may carry; free text is none. */
    private static final Pattern MODEL = Pattern.compile("[A-Za-z0-9._:/@+-]{1,128}");
    /** More than this nobody counts, and JSON's numbers stay exact. */
    private static final double MOST = 1e9;

    private final Provider provider;
    private final @Nullable String modelInPath;
    private @Nullable JsonPlaces json;
    private @Nullable EventData events;

    Meter(Provider provider, String path) {
        this.provider = provider;
        modelInPath = provider.modelIn(path).filter(Meter::isName).orElse(null);
    }

    /** An answer begins. */
    void begin(@Nullable String contentType) {
        String type =
                contentType == null ? "" : contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        boolean isStream = type.equals("text/event-stream");
        if (provider.isMetered() && (isStream || type.equals("application/json"))) {
            json = new JsonPlaces(Stream.of(provider.model(), provider.inputTokens(), provider.outputTokens())
                    .flatMap(List::stream)
                    .toList());
            events = isStream ? new EventData(json) : null;
        }
    }

    /** The next piece of the answer. */
    void read(byte[] piece) {
        if (events != null) {
            events.read(piece);
        } else if (json != null) {
            json.read(piece, 0, piece.length);
        }
    }

    /** All of it, at the end. */
    CommittedUse.Metered told(boolean isLowerBound) {
        return new CommittedUse.Metered(model(), inputTokens(), outputTokens(), isLowerBound);
    }

    /** The model that the answer names, else the one in the path; null when neither does. */
    @Nullable
    String model() {
        Object told = first(0, provider.model().size());
        return told instanceof String name && isName(name) ? name : modelInPath;
    }

    /** Null when the answer does not tell, as of now. */
    @Nullable
    Long inputTokens() {
        return count(provider.model().size(), provider.inputTokens().size());
    }

    /** As {@link #inputTokens}. */
    @Nullable
    Long outputTokens() {
        return count(
                provider.model().size() + provider.inputTokens().size(),
                provider.outputTokens().size());
    }

    private @Nullable Long count(int from, int places) {
        return first(from, places) instanceof Double number && number >= 0 && number <= MOST
                ? number.longValue()
                : null;
    }

    private @Nullable Object first(int from, int places) {
        if (json == null || (events == null && json.isBroken())) {
            return null;
        }
        for (int i = from; i < from + places; i++) {
            if (json.at(i) != null) {
                return json.at(i);
            }
        }
        return null;
    }

    private static boolean isName(String text) {
        return MODEL.matcher(text).matches();
    }
}
