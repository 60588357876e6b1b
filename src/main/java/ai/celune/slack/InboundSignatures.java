package ai.celune.slack;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.celune.audit.AuditLog;
import ai.celune.audit.Outcome;
import ai.celune.crypto.Digest;
import ai.celune.crypto.Sealer;
import ai.celune.crypto.Secret;
import ai.celune.security.CurrentRequest;
import ai.celune.tenancy.Transactions;
import ai.celune.web.Problem;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.UUID;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Whether a request is Slack's: signed with the app's secret ({@code v0}, HMAC-SHA-256), within five minutes, and not seen before. */
@ApplicationScoped
class InboundSignatures {
    private static final Duration WINDOW = Duration.ofMinutes(5);
    private static final Pattern SIGNATURE = Pattern.compile("v0=[0-9a-f]{64}");
    private static final Pattern TIMESTAMP = Pattern.compile("[0-9]{1,11}");

    private final SlackConnections connections;
    private final SlackUses uses;
    private final EntityManager entities;
    private final AuditLog audit;
    private final Transactions transactions;
    private final CurrentRequest request;
    private final Clock clock;

    InboundSignatures(
            SlackConnections connections,
            SlackUses uses,
            EntityManager entities,
            AuditLog audit,
            Transactions transactions,
            CurrentRequest request,
            Clock clock) {
        this.connections = connections;
        this.uses = uses;
        this.entities = entities;
        this.audit = audit;
        this.transactions = transactions;
        this.request = request;
        this.clock = clock;
    }

    InboundVerdict verify(UUID id, VerifyInbound sent) {
        Sealer.Sealed sealed = connections
                .usable(id)
                .signingSecret(request.requireActor().workspace())
                .orElseThrow(() -> new Problem(SlackErrors.NO_SIGNING_SECRET));
        String refused = refusal(id, sealed, sent);
        return transactions.inNew(() -> {
            String reason = refused != null || isFirst(id, sent) ? refused : "replayed";
            audit.record(
                    new SlackEvents.InboundVerified(id, reason == null ? Outcome.SUCCESS : Outcome.DENIED, reason));
            return new InboundVerdict(reason == null, reason);
        });
    }

    private @Nullable String refusal(UUID id, Sealer.Sealed sealed, VerifyInbound sent) {
        if (!SIGNATURE.matcher(sent.signature()).matches()
                || !TIMESTAMP.matcher(sent.timestamp()).matches()
                || !Digest.equal(expected(id, sealed, sent), signature(sent))) {
            return "signature";
        }
        return Duration.between(time(sent), clock.instant()).abs().compareTo(WINDOW) > 0 ? "stale" : null;
    }

    private byte[] expected(UUID id, Sealer.Sealed sealed, VerifyInbound sent) {
        try (Secret secret = uses.open(id, sealed)) {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.bytes(), "HmacSHA256"));
            return mac.doFinal(("v0:" + sent.timestamp() + ":" + sent.body()).getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of equal requests at once, one is the first. */
    private boolean isFirst(UUID id, VerifyInbound sent) {
        return entities.createNativeQuery(
                                "insert into slack_inbound (workspace_id, connection_id, signature, expires_at)"
                                        + " values (:workspace, :connection, :signature, :expires) on conflict do nothing")
                        .setParameter("workspace", request.requireActor().workspace())
                        .setParameter("connection", id)
                        .setParameter("signature", signature(sent))
                        .setParameter("expires", time(sent).plus(WINDOW))
                        .executeUpdate()
                == 1;
    }

    private static byte[] signature(VerifyInbound sent) {
        return HexFormat.of()
                .parseHex(sent.signature(), "v0=".length(), sent.signature().length());
    }

    private static Instant time(VerifyInbound sent) {
        return Instant.ofEpochSecond(Long.parseLong(sent.timestamp()));
    }
}
