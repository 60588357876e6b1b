package ai.celune.identity;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.util.Optional;

/** Mail to people; the server that takes it is told by {@code quarkus.mailer.*}. */
@ConfigMapping(prefix = "celune.mail")
public interface MailConfig {
    /** The sender's address. Without one no mail is sent, and lost passwords are the operator's to reset. */
    Optional<String> from();

    /** Page of a front end that takes {@code ?email=…&code=…} and makes the call of {@code /v1/auth}; without one a mail holds the code alone. */
    Optional<URI> page();

    /** Whether a new account is mailed a code without asking. */
    @WithDefault("true")
    boolean welcome();

    /** Whether an account may do nothing but prove its e-mail address until it has. */
    @WithDefault("false")
    boolean requireVerified();
}
