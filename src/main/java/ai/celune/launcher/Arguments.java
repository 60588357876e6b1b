package ai.celune.launcher;

import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The words after a command, taken from the front: {@code --name value} or {@code --name=value}. */
public final class Arguments {
    private final Deque<String> words;

    public Arguments(List<String> words) {
        this.words = new ArrayDeque<>(words);
    }

    /** The next option's name, or null at the end; anything that is not an option is refused. */
    public @Nullable String nextOption() {
        String word = words.poll();
        if (word == null) {
            return null;
        }
        if (!word.startsWith("--")) {
            throw Refusal.usage("unexpected argument '" + word + "'");
        }
        int equals = word.indexOf('=');
        if (equals < 0) {
            return word;
        }
        words.addFirst(word.substring(equals + 1));
        return word.substring(0, equals);
    }

    public String value(String option) {
        String value = words.poll();
        if (value == null || value.isEmpty()) {
            throw Refusal.usage(option + " needs a value");
        }
        return value;
    }

    /** A port number; 0 stands for any free port. */
    public int port(String option) {
        String value = value(option);
        if (!value.matches("[0-9]{1,5}") || Integer.parseInt(value) > 65_535) {
            throw Refusal.usage(option + " needs a port between 0 and 65535, not '" + value + "'");
        }
        return Integer.parseInt(value);
    }

    /** An http or https address without a slash at its end. */
    public String url(String option) {
        String value = value(option);
        if (!value.matches("https?://[^/].*") || !parses(value)) {
            throw Refusal.usage(option + " needs an http or https address, not '" + value + "'");
        }
        return value.replaceFirst("/+$", "");
    }

    public Refusal unknown(String option) {
        return Refusal.usage("unknown option '" + option + "'");
    }

    private static boolean parses(String value) {
        try {
            return URI.create(value).getHost() != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
