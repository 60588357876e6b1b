package ai.celune.slack;

import ai.celune.audit.AuditEvent;
import ai.celune.audit.AuditLog;
import ai.celune.audit.Outcome;
import ai.celune.broker.BrokerErrors;
import ai.celune.broker.CommittedUse;
import ai.celune.broker.OwnAnswer;
import ai.celune.broker.OwnCall;
import ai.celune.broker.OwnCalls;
import ai.celune.crypto.Secret;
import ai.celune.security.CurrentRequest;
import ai.celune.tenancy.Transactions;
import ai.celune.web.ETag;
import ai.celune.web.Problem;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is done at Slack, and with what Slack says of it. Holds no connection to the database while Slack is asked. */
@ApplicationScoped
class SlackCalls {
    private static final String TEST = "auth.test";
    private static final String REVOKE = "auth.revoke";
    private static final String POST = "chat.postMessage";
    private static final String WEBHOOK = "webhook";
    private static final int MOST_ANSWER = 1024 * 1024;

    private final SlackConnections connections;
    private final SlackUses uses;
    private final OwnCalls calls;
    private final AuditLog audit;
    private final Transactions transactions;
    private final CurrentRequest request;
    private final ObjectMapper json;
    private final Clock clock;

    SlackCalls(
            SlackConnections connections,
            SlackUses uses,
            OwnCalls calls,
            AuditLog audit,
            Transactions transactions,
            CurrentRequest request,
            ObjectMapper json,
            Clock clock) {
        this.connections = connections;
        this.uses = uses;
        this.calls = calls;
        this.audit = audit;
        this.transactions = transactions;
        this.request = request;
        this.json = json;
        this.clock = clock;
    }

    /** Stores a token that Slack knows, or a webhook, of which Slack can be asked only by a message. */
    SlackConnection connect(CreateSlackConnection wanted) {
        try (Secret key = wanted.key();
                Secret signing = wanted.signingSecret()) {
            SlackType type = SlackType.of(key).orElseThrow();
            if (signing != null && type == SlackType.WEBHOOK) {
                throw notOfAWebhook("/signingSecret");
            }
            SlackConnection made = new SlackConnection(
                    type,
                    wanted.name().strip(),
                    request.requireActor().principal().id(),
                    clock.instant());
            return connections.store(made, wanted, test(made, key));
        }
    }

    SlackConnection replace(UUID id, ReplaceSlackValue wanted, @Nullable String ifMatch) {
        try (Secret key = wanted.key();
                Secret signing = wanted.signingSecret()) {
            SlackConnection now = connections.get(id);
            ETag.require(ifMatch, now.version());
            if (key == null && signing == null) {
                throw Problem.invalid("/key", "not_null", "or a signingSecret is needed");
            }
            if (signing != null && now.type() == SlackType.WEBHOOK) {
                throw notOfAWebhook("/signingSecret");
            }
            if (key != null && SlackType.of(key).orElseThrow() != now.type()) {
                throw Problem.invalid("/key", "other_type", "must be of the connection's type");
            }
            return connections.replace(id, wanted, key == null ? null : test(now, key), ifMatch);
        }
    }

    private static Problem notOfAWebhook(String pointer) {
        return Problem.invalid(pointer, "not_of_a_webhook", "is for bots only");
    }

    private @Nullable TeamFacts test(SlackConnection connection, Secret key) {
        return connection.type() == SlackType.WEBHOOK
                ? null
                : ask(TEST, () -> uses.ofCandidate(connection, key, TEST), SlackAnswers::facts);
    }

    /** Asks Slack whether it still knows the token. */
    SlackCheckView check(UUID id) {
        SlackConnection connection = connections.usable(id);
        if (connection.type() == SlackType.WEBHOOK) {
            throw new Problem(BrokerErrors.CHECK_NOT_SUPPORTED);
        }
        Boolean valid = true;
        String error = null;
        try {
            ask(TEST, () -> uses.ofStored(id, TEST), SlackAnswers::facts);
        } catch (SlackRefusal refusal) {
            valid = SlackAnswers.isAboutTheToken(refusal) ? false : null;
            error = refusal.error();
        }
        record(new SlackEvents.Checked(id, valid, error));
        return new SlackCheckView(valid, error, clock.instant());
    }

    SentMessage send(UUID id, SendMessage message) {
        SlackType type = connections.usable(id).type();
        if ((message.channel() == null) == (type == SlackType.BOT)) {
            throw type == SlackType.BOT
                    ? Problem.invalid("/channel", "not_null", "is needed for a bot")
                    : Problem.invalid(
                            "/channel", "known_already", "is not for the caller to say: a webhook has its own");
        }
        OwnCall call = call("/api/" + POST, body(message));
        return type == SlackType.BOT
                ? calls.make(call, () -> uses.ofStored(id, POST), SlackAnswers::posted)
                : calls.make(call, () -> uses.ofStored(id, WEBHOOK), SlackAnswers::taken);
    }

    private byte[] body(SendMessage message) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("channel", message.channel());
        body.put("text", message.text());
        body.put("blocks", message.blocks());
        body.put("thread_ts", message.threadTs());
        body.values().removeIf(Objects::isNull);
        try {
            return json.writeValueAsBytes(body);
        } catch (JsonProcessingException _) {
            throw Problem.invalid("/blocks", "not_text", "holds something that is no Unicode text");
        }
    }

    /** Ends it here first, and then, if Slack can be reached, there; the log tells whether Slack confirmed it. */
    void remove(UUID id) {
        connections.remove(id).filter(gone -> gone.type() == SlackType.BOT).ifPresent(this::revoke);
    }

    private void revoke(SlackConnection gone) {
        String cause = null;
        try {
            if (!ask(REVOKE, () -> uses.ofRemoved(gone, REVOKE), SlackAnswers::revoked)) {
                cause = SlackErrors.ANSWER_UNCLEAR.code();
            }
        } catch (SlackRefusal refusal) {
            cause = refusal.error();
        } catch (Problem failure) {
            cause = failure.code().code();
        } catch (RuntimeException _) {
            cause = "not_sent";
        }
        record(new SlackEvents.TokenRevoked(gone.id(), cause == null ? Outcome.SUCCESS : Outcome.FAILED, cause));
    }

    private <T> T ask(String method, Supplier<CommittedUse> use, Function<OwnAnswer, T> reading) {
        return calls.make(call("/api/" + method, null), use, reading);
    }

    private static OwnCall call(String target, byte @Nullable [] body) {
        Map<String, String> headers =
                body == null ? Map.of() : Map.of("Content-Type", "application/json; charset=utf-8");
        return new OwnCall(target, headers, body, MOST_ANSWER, SlackErrors.ENDED);
    }

    private void record(AuditEvent fact) {
        transactions.inNew(() -> {
            audit.record(fact);
            return fact;
        });
    }
}
