package ai.celune.audit.tlog;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads policy files line by line. Names are octets and not characters there, which ISO 8859-1 keeps apart. */
final class PolicyParser {
    static final String NONE = "none";

    /** Of logs, and of names; each group may hold the one before it, and evaluation goes down all of them. */
    private static final int MOST = 256;

    private static final Set<SignatureType> OF_LOGS =
            Set.of(SignatureType.ED25519, SignatureType.COSIGNATURE_ML_DSA_44);

    private final List<Policy.Log> logs = new ArrayList<>();
    private final List<Policy.Witness> witnesses = new ArrayList<>();
    private final Map<String, Policy.Group> groups = new HashMap<>();
    private final Set<String> names = new HashSet<>(Set.of(NONE));
    private final Set<String> members = new HashSet<>(Set.of(NONE));
    private Optional<String> quorum = Optional.empty();

    Policy parse(byte[] file) {
        String text = new String(file, ISO_8859_1);
        if (file.length > Policy.LONGEST) {
            throw new RefusedException(
                    RefusedException.Reason.TOO_LARGE, "the policy is longer than " + Policy.LONGEST + " bytes");
        }
        if (!text.endsWith("\n") || text.chars().anyMatch(c -> (c < ' ' && c != '\t' && c != '\n') || c == 0x7f)) {
            throw RefusedException.malformed("the policy has control characters or does not end in a line feed");
        }
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            List<String> items = Arrays.stream(line.split("[ \t]+"))
                    .filter(item -> !item.isEmpty())
                    .toList();
            if (!items.isEmpty() && !items.get(0).startsWith("#") && !read(items)) {
                throw RefusedException.malformed("line " + number + " of the policy is not one that it can have there");
            }
            if (logs.size() > MOST || names.size() > MOST) {
                throw new RefusedException(
                        RefusedException.Reason.TOO_LARGE, "the policy has more than " + MOST + " logs or names");
            }
        }
        return new Policy(
                logs,
                witnesses,
                groups,
                quorum.orElseThrow(() -> RefusedException.malformed("the policy has no quorum")));
    }

    private boolean read(List<String> items) {
        int size = items.size();
        return switch (items.get(0)) {
            case "log" -> size >= 2 && size <= 3 && log(items);
            case "witness" -> size >= 3 && size <= 4 && witness(items);
            case "group" -> size >= 4 && group(items);
            case "quorum" -> size == 2 && quorum(items.get(1));
            default -> false;
        };
    }

    private boolean log(List<String> items) {
        VerifierKey key = key(items.get(1));
        boolean other = logs.stream().noneMatch(log -> Arrays.equals(log.key().key(), key.key()));
        logs.add(new Policy.Log(key, items.stream().skip(2).findFirst()));
        return other && OF_LOGS.contains(key.type());
    }

    private boolean witness(List<String> items) {
        VerifierKey key = key(items.get(2));
        boolean other = witnesses.stream()
                .noneMatch(witness -> Arrays.equals(witness.key().key(), key.key()));
        witnesses.add(
                new Policy.Witness(items.get(1), key, items.stream().skip(3).findFirst()));
        return other && key.type().cosignature() && names.add(items.get(1));
    }

    private boolean group(List<String> items) {
        List<String> of = items.subList(3, items.size());
        for (String member : of) {
            if (!names.contains(member) || !members.add(member)) {
                return false;
            }
        }
        long threshold = threshold(items.get(2), of.size());
        groups.put(items.get(1), new Policy.Group((int) threshold, of));
        return threshold >= 1 && threshold <= of.size() && names.add(items.get(1));
    }

    private static long threshold(String text, int all) {
        return switch (text) {
            case "all" -> all;
            case "any" -> 1;
            default -> Strict.decimal(text);
        };
    }

    private boolean quorum(String name) {
        boolean first = quorum.isEmpty();
        quorum = Optional.of(name);
        return first && names.contains(name);
    }

    private static VerifierKey key(String octets) {
        return VerifierKey.parse(Strict.utf8(octets.getBytes(ISO_8859_1)));
    }
}
