package ai.celune.support;

import io.quarkus.arc.Arc;
import io.quarkus.mailer.Mail;
import io.quarkus.mailer.MockMailbox;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Codes that the service mails, as they lie in the mailbox that takes all mail of tests. */
public final class MailedCode {
    private static final Pattern CODE = Pattern.compile("Code: (\\S+)");
    private static final int TRIES = 500;

    private MailedCode() {}

    /** How many mails have come, to whomever. */
    public static int sent() {
        return Arc.container().instance(MockMailbox.class).get().getTotalMessagesSent();
    }

    /** Asks for a code and waits for its mail. */
    public static String to(String email) {
        Api.post("/v1/auth/request-code", null, Map.of("email", email)).require(202);
        return await(email);
    }

    /** The code of the newest mail to somebody, who must be new to this test. */
    public static String await(String email) {
        MockMailbox mailbox = Arc.container().instance(MockMailbox.class).get();
        for (int i = 0; i < TRIES; i++) {
            List<Mail> mails = mailbox.getMailsSentTo(email);
            if (!mails.isEmpty()) {
                return in(mails.getLast().getText());
            }
            LockSupport.parkNanos(20_000_000);
        }
        throw new AssertionError("no mail to " + email);
    }

    /** The code in the text of a mail. */
    public static String in(String text) {
        Matcher code = CODE.matcher(text);
        if (!code.find()) {
            throw new AssertionError(text);
        }
        return code.group(1);
    }
}
