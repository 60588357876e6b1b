package ai.celune.support;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetup;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A real SMTP server. A test finds what has arrived in its field {@code Function<String, List<String>>}: address to texts, oldest first. */
public final class MailServer implements QuarkusTestResourceLifecycleManager {
    private final GreenMail server = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));

    @Override
    public Map<String, String> start() {
        server.start();
        return Map.of(
                "quarkus.mailer.host",
                "127.0.0.1",
                "quarkus.mailer.port",
                Integer.toString(server.getSmtp().getPort()));
    }

    @Override
    public void inject(TestInjector injector) {
        Function<String, List<String>> mails = this::to;
        injector.injectIntoFields(mails, new TestInjector.MatchesType(Function.class));
    }

    @Override
    public void stop() {
        server.stop();
    }

    private List<String> to(String email) {
        return Arrays.stream(server.getReceivedMessages())
                .filter(mail -> isTo(mail, email))
                .map(GreenMailUtil::getBody)
                .toList();
    }

    private static boolean isTo(MimeMessage mail, String email) {
        try {
            return mail.getRecipients(Message.RecipientType.TO)[0].toString().equals(email);
        } catch (MessagingException e) {
            throw new IllegalStateException(e);
        }
    }
}
