package ai.celune.egress;

import java.util.regex.Pattern;

/** Which names of hosts are taken: RFC 1123 labels, at most 253 characters, lower case. */
final class HostName {
    private static final String LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
    private static final Pattern NAME = Pattern.compile(LABEL + "(?:\\." + LABEL + ")*");

    // Resolvers read such a last label as part of an IPv4 address: 2130706433, 0x7f.1, 017700000001.
    private static final Pattern NUMERIC_END = Pattern.compile("(?:.*\\.)?(?:[0-9]+|0x[0-9a-f]*)");

    private HostName() {}

    /**
     * False for anything that is or resembles an address, for a trailing dot, and for characters outside ASCII: look-alikes must be written as {@code
     * xn--}.
     */
    static boolean isValid(String name) {
        return name.length() <= 253
                && NAME.matcher(name).matches()
                && !NUMERIC_END.matcher(name).matches();
    }
}
