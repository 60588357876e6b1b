package ai.celune.web;

import org.jspecify.annotations.Nullable;

/** Entity tags of updatable resources (RFC 9110 section 8.8.3): the row's version. */
public final class ETag {
    private ETag() {}

    public static String of(int version) {
        return "\"" + version + "\"";
    }

    /** Refuses a change that was made against another version (412); without the header the last writer wins. */
    public static void require(@Nullable String ifMatch, int version) {
        if (ifMatch == null || ifMatch.equals("*")) {
            return;
        }
        for (String tag : ifMatch.split(",", -1)) {
            if (tag.strip().equals(of(version))) {
                return;
            }
        }
        throw new Problem(ErrorCode.PRECONDITION_FAILED);
    }
}
