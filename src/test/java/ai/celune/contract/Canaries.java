package ai.celune.contract;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Secrets whose every trace can be told apart, and the forms in which a trace may hide. */
final class Canaries {
    /** The end of a value is looked for, so that cut, prefixed and repeated values are found as well. */
    private static final int TAIL = 20;

    /** Logs on disk still hold what earlier runs did. */
    private final String run = HexFormat.of().toHexDigits(System.nanoTime()).substring(8);

    private final Map<String, Set<String>> needles = new ConcurrentHashMap<>();
    private final AtomicInteger number = new AtomicInteger();

    /** A value of the test's own, with characters that each kind of escaping changes. */
    String next(String kind) {
        int serial = number.incrementAndGet();
        return watch(kind + " " + serial, "canary-%s/Yz+\"=&w%04d%s".formatted(run, serial, run));
    }

    /** A value that the service made. */
    String watch(String name, String value) {
        String tail = value.substring(Math.max(0, value.length() - TAIL));
        needles.put(name, forms(tail));
        return value;
    }

    /** The names of the canaries that a text holds in any form. */
    List<String> in(String text) {
        return needles.entrySet().stream()
                .filter(canary -> canary.getValue().stream().anyMatch(text::contains))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    private static Set<String> forms(String value) {
        Set<String> forms = new LinkedHashSet<>();
        byte[] bytes = value.getBytes(UTF_8);
        forms.add(value);
        forms.add(value.replace("\"", "\\\""));
        forms.add(value.replace("\"", "\\\"").replace("/", "\\/"));
        forms.add(value.replace("\"", "\"\""));
        forms.add(URLEncoder.encode(value, UTF_8));
        forms.add(URLEncoder.encode(value, UTF_8).replaceAll("%2F", "/"));
        forms.add(value.replace("-", ""));
        forms.add(value.toLowerCase(Locale.ROOT));
        forms.add(HexFormat.of().formatHex(bytes));
        forms.add(HexFormat.of().withUpperCase().formatHex(bytes));
        // Wherever in a longer text the value begins, one of three shifts is encoded as it is here.
        for (int shift = 0; shift < 3; shift++) {
            byte[] whole = Arrays.copyOfRange(bytes, shift, bytes.length - (bytes.length - shift) % 3);
            forms.add(new String(Base64.getEncoder().encode(whole), ISO_8859_1));
            forms.add(new String(Base64.getUrlEncoder().encode(whole), ISO_8859_1));
        }
        return forms;
    }
}
