package ai.celune.slack;

import ai.celune.broker.CommittedUse;
import ai.celune.broker.Injection;
import ai.celune.broker.Scrubber;
import ai.celune.crypto.Secret;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The two kinds of credential that Slack gives to whoever wants to send, told apart by their value. */
enum SlackType {
    /** The token of an app's bot user, for the methods of the Web API. */
    BOT("xoxb-[A-Za-z0-9-]{10,250}"),
    /** The URL of an incoming webhook, which is its own secret. One host, one path, nothing else that a URL can have (case 25). */
    WEBHOOK("https://hooks\\.slack\\.com/services/T[A-Z0-9]{1,20}/B[A-Z0-9]{1,20}/[A-Za-z0-9]{12,64}");

    private static final int ORIGIN = "https://hooks.slack.com".length();

    private final Pattern form;

    SlackType(String form) {
        this.form = Pattern.compile(form);
    }

    /** The kind of a value; empty for one that is neither. */
    static Optional<SlackType> of(Secret value) {
        CharSequence text = new Ascii(value.bytes());
        return Stream.of(values())
                .filter(type -> type.form.matcher(text).matches())
                .findFirst();
    }

    /** A value for one request: where it stands in it, and what of it must not come back. */
    CommittedUse.Opened opened(Secret value) {
        if (this == BOT) {
            return new CommittedUse.Opened(
                    Injection.inField("Authorization", "Bearer", value), new Scrubber(value.bytes()));
        }
        byte[] path = Arrays.copyOfRange(value.bytes(), ORIGIN, value.length());
        // What nobody can guess, and what every repetition of the URL has in it.
        byte[] token = Arrays.copyOfRange(path, lastSlash(path) + 1, path.length);
        try {
            return new CommittedUse.Opened(Injection.asTarget(path), new Scrubber(token));
        } finally {
            Arrays.fill(token, (byte) 0);
        }
    }

    private static int lastSlash(byte[] path) {
        int at = path.length - 1;
        while (path[at] != '/') {
            at--;
        }
        return at;
    }

    /** As it is stored and shown. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static SlackType labelled(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }

    /** Bytes as they are, for a pattern to look at, so that no text is made of the secret. */
    private static final class Ascii implements CharSequence {
        private final byte[] bytes;

        Ascii(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public int length() {
            return bytes.length;
        }

        @Override
        public char charAt(int index) {
            return (char) (bytes[index] & 0xff);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            throw new UnsupportedOperationException("a part of a secret is a secret");
        }

        @Override
        public String toString() {
            return "[secret]";
        }
    }
}
