package ai.celune.identity;

import ai.celune.web.Problem;
import java.util.Locale;

/** The one spelling under which an e-mail address is stored and looked up. */
public final class EmailAddress {
    private static final int LONGEST = 254;

    private EmailAddress() {}

    /**
     * Strips it and puts it in lower case.
     *
     * @throws Problem {@code invalid_request} for an address that lower case makes too long
     */
    public static String normalize(String sent) {
        String spelled = sent.strip().toLowerCase(Locale.ROOT);
        if (spelled.length() > LONGEST) {
            throw Problem.invalid("/email", "size", "must have at most " + LONGEST + " characters");
        }
        return spelled;
    }
}
