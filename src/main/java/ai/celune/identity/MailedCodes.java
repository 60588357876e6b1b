package ai.celune.identity;

import ai.celune.identity.IdentityLookups.KnownAccount;
import ai.celune.ratelimit.RateLimiter;
import ai.celune.web.ErrorCode;
import ai.celune.web.Problem;
import io.quarkus.mailer.Mail;
import io.quarkus.mailer.Mailer;
import io.quarkus.runtime.Shutdown;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Mails codes that prove a mailbox. All of it happens after the answer, on a thread of its own, so that neither status nor time tells whether an
 * account exists. What waits when the process goes down is lost: people ask again.
 */
@ApplicationScoped
class MailedCodes {
    private static final Logger LOG = Logger.getLogger(MailedCodes.class);
    private static final int WAITING = 1_000;
    private static final long RETRY_AFTER = 30;

    private final MailConfig config;
    private final Mailer mailer;
    private final IdentityLookups lookups;
    private final ResetCodes codes;
    private final LocalAccounts local;
    private final RateLimiter limits;
    private final ThreadPoolExecutor sender = new ThreadPoolExecutor(
            1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING), work -> new Thread(work, "mail"));

    MailedCodes(
            MailConfig config,
            Mailer mailer,
            IdentityLookups lookups,
            ResetCodes codes,
            LocalAccounts local,
            RateLimiter limits) {
        this.config = config;
        this.mailer = mailer;
        this.lookups = lookups;
        this.codes = codes;
        this.local = local;
        this.limits = limits;
    }

    /**
     * Mails a code to whoever has an account with this address.
     *
     * @throws Problem {@code mail_not_configured}, {@code overloaded}
     */
    void request(String address) {
        String email = EmailAddress.normalize(address);
        local.require();
        limits.takeForAccount(email);
        if (config.from().isEmpty()) {
            throw new Problem(IdentityErrors.MAIL_NOT_CONFIGURED);
        }
        if (!later(email)) {
            throw new Problem(ErrorCode.OVERLOADED).retryAfter(RETRY_AFTER);
        }
    }

    /** Mails a code to somebody new, where mail is configured. */
    void welcome(String email) {
        if (config.welcome() && config.from().isPresent() && !later(email)) {
            LOG.warn("too much mail waits: a new account gets none");
        }
    }

    private boolean later(String email) {
        try {
            sender.execute(() -> send(email));
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    private void send(String email) {
        try {
            lookups.account(email).ifPresent(account -> send(account, email));
        } catch (Exception e) {
            // Also a commit that fails, which is a checked exception in disguise. Nothing of the mail itself, which
            // holds the code.
            LOG.warnf("a mail was not sent: %s", e.getClass().getName());
        }
    }

    private void send(KnownAccount account, String email) {
        mailer.send(Mail.withText(email, "Your code for Celune", text(email, codes.mail(account.id())))
                .setFrom(config.from().orElseThrow()));
    }

    private String text(String email, String code) {
        String link = config.page()
                .map(page -> "\n" + page + "?email=" + encoded(email) + "&code=" + encoded(code) + "\n")
                .orElse("");
        return """
                Somebody, most likely you, has to prove that this address is theirs: to finish a new account, or to set a new password.

                Code: %s
                %s
                It counts once, for an hour. If it was not you, do nothing: without the code nothing changes.
                """.formatted(code, link);
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    @Shutdown
    void stop() throws InterruptedException {
        sender.shutdown();
        if (!sender.awaitTermination(5, TimeUnit.SECONDS)) {
            sender.shutdownNow();
        }
    }
}
