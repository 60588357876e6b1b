package ai.celune.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the log tells of the model and the tokens of a call, as each provider's answers tell it (R15). */
@QuarkusTest
class MeteringTest extends WithProvider {
    private static final String VALUE = "provider-canary-0123456789";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "openai | /v1/chat/completions | {'model':'gpt-x','usage':{'prompt_tokens':3,'completion_tokens':4}} | gpt-x",
                "openai | /v1/responses | {'model':'gpt-x','usage':{'input_tokens':3,'output_tokens':4}} | gpt-x",
                "anthropic | /v1/messages | {'model':'claude-x','usage':{'input_tokens':3,'output_tokens':4}} | claude-x",
                "gemini | /v1beta/models/g-1:generateContent | {'usageMetadata':{'promptTokenCount':3,'candidatesTokenCount':4},'modelVersion':'g-1-002'} | g-1-002",
                "gemini | /v1beta/models/g-1:generateContent | {'usageMetadata':{'promptTokenCount':3,'candidatesTokenCount':4}} | g-1",
                "mistral | /v1/chat/completions | {'model':'m-x','usage':{'prompt_tokens':3,'completion_tokens':4}} | m-x",
                "azure-openai | /openai/deployments/d-1/chat/completions | {'usage':{'prompt_tokens':3,'completion_tokens':4}} | d-1",
                "cohere | /v2/chat | {'usage':{'billed_units':{'input_tokens':1},'tokens':{'input_tokens':3.0,'output_tokens':4.0}}} | ",
                "groq | /openai/v1/chat/completions | {'model':'l-x','usage':{'prompt_tokens':3,'completion_tokens':4}} | l-x",
                "openrouter | /api/v1/chat/completions | {'model':'a/b:free','usage':{'prompt_tokens':3,'completion_tokens':4}} | a/b:free",
                "openai-compatible | /v1/chat/completions | {'model':'own','usage':{'prompt_tokens':3,'completion_tokens':4}} | own",
            })
    void answersAreMeteredWhereTheirProviderTells(String name, String path, String answer, String model) {
        String key = agent.keyFor(name, VALUE);
        provider.does((exchange, call) -> Provider.send(exchange, 200, answer.replace('\'', '"')));
        assertEquals(
                200, agent.send(agent.request("/v1/proxy/" + name + path, key)).statusCode());
        JsonNode details = agent.lastEnd().path("details");
        assertEquals(3, details.path("inputTokens").asInt(), details.toString());
        assertEquals(4, details.path("outputTokens").asInt(), details.toString());
        assertEquals(model == null ? "" : model, details.path("model").asText());
        assertEquals(false, details.has("lowerBound"));
    }

    @Test
    void aStreamIsMeteredByItsLastWord() {
        provider.does((exchange, call) -> {
            OutputStream out = Provider.openStream(exchange);
            for (String piece : List.of(
                    "event: message_start\ndata: {\"message\":{\"model\":\"claude-x\",\"usage\":{\"input_to",
                    "kens\":25,\"output_tokens\":1}}}\n\ndata: {\"delta\":{\"text\":\"usage\"}}\n\n",
                    "data: {\"usage\":{\"output_tokens\":15}}\n\n")) {
                Provider.write(out, piece);
            }
        });
        agent.send(agent.call("anthropic/v1/messages").POST(BodyPublishers.ofString("{}")));
        JsonNode details = agent.lastEnd().path("details");
        assertEquals("claude-x", details.path("model").asText(), details.toString());
        assertEquals(25, details.path("inputTokens").asInt());
        assertEquals(15, details.path("outputTokens").asInt());
    }

    @Test
    void ofAStreamThatIsBrokenOffALowerBoundIsKnown() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        provider.does((exchange, call) -> {
            OutputStream out = Provider.openStream(exchange);
            Provider.write(out, "data: {\"message\":{\"usage\":{\"input_tokens\":25,\"output_tokens\":1}}}\n\n");
            gone.await();
        });
        leaveDuringTheAnswer(agent.key);
        JsonNode details = agent.lastEnd().path("details");
        gone.countDown();
        assertEquals("client_aborted", details.path("cause").asText());
        assertEquals(25, details.path("inputTokens").asInt(), details.toString());
        assertEquals(1, details.path("outputTokens").asInt());
        assertEquals(true, details.path("lowerBound").asBoolean());
    }

    @Test
    void aKeyMayHaveAnAnswerReadToItsEndWhenTheCallerHasLeft() throws Exception {
        String providerKey = agent.storeKey("anthropic", VALUE);
        agent.rules(providerKey, "{\"onAbort\":\"drain\"}");
        CountDownLatch gone = new CountDownLatch(1);
        provider.does((exchange, call) -> {
            OutputStream out = Provider.openStream(exchange);
            Provider.write(out, "data: {\"message\":{\"usage\":{\"input_tokens\":25,\"output_tokens\":1}}}\n\n");
            gone.await();
            for (int i = 0; i < 1000; i++) {
                Provider.write(out, "data: {\"delta\":\"" + "x".repeat(1000) + "\"}\n\n");
            }
            Provider.write(out, "data: {\"usage\":{\"output_tokens\":4321}}\n\n");
        });
        leaveDuringTheAnswer(agent.apiKeyFor(providerKey));
        gone.countDown();
        JsonNode details = agent.lastEnd().path("details");
        assertEquals("client_aborted", details.path("cause").asText());
        assertEquals(4321, details.path("outputTokens").asInt(), details.toString());
        assertEquals(false, details.has("lowerBound"));
    }

    @Test
    void anAnswerThatNobodyReadsEndsWithItsCredential() throws Exception {
        String providerKey = agent.storeKey("anthropic", VALUE);
        agent.rules(providerKey, "{\"onAbort\":\"drain\"}");
        CountDownLatch gone = new CountDownLatch(1);
        provider.does((exchange, call) -> {
            OutputStream out = Provider.openStream(exchange);
            Provider.write(out, "data: {\"message\":{\"usage\":{\"input_tokens\":25,\"output_tokens\":1}}}\n\n");
            gone.await();
        });
        leaveDuringTheAnswer(agent.apiKeyFor(providerKey));
        agent.delete("/v1/provider-keys/" + providerKey);
        JsonNode details = agent.lastEnd().path("details");
        gone.countDown();
        assertEquals("credential_ended", details.path("cause").asText());
        assertEquals(true, details.path("lowerBound").asBoolean());
    }

    /** After the first event. */
    private void leaveDuringTheAnswer(String key) throws IOException {
        try (Socket caller = new Socket(service.getHost(), service.getPort())) {
            caller.getOutputStream()
                    .write(("GET /v1/proxy/anthropic/v1/messages HTTP/1.1\r\nHost: celune\r\nAuthorization: Bearer "
                                    + key + "\r\n\r\n")
                            .getBytes(StandardCharsets.UTF_8));
            InputStream in = caller.getInputStream();
            StringBuilder seen = new StringBuilder();
            while (seen.indexOf("\n\n\r\n") < 0) {
                seen.append((char) in.read());
            }
        }
    }

    @Test
    void aKeyThatStandsWhereTheModelDoesIsNotLogged() {
        provider.does((exchange, call) -> Provider.send(exchange, 200, "{\"model\":\"" + Agent.OPENAI + "\"}"));
        agent.send(agent.call("openai/v1/models").GET());
        JsonNode end = agent.lastEnd();
        assertEquals("", end.path("details").path("model").asText(), end.toString());
    }

    @Test
    void whatWasNeverSentHasNoLowerBound() {
        provider.close();
        assertEquals(502, agent.send(agent.call("openai/v1/models").GET()).statusCode());
        JsonNode details = agent.lastEnd().path("details");
        assertEquals("provider_unreachable", details.path("cause").asText());
        assertEquals(false, details.has("lowerBound"), details.toString());
    }
}
