package ai.celune.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.errors.UnauthorizedException;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import io.quarkus.test.junit.QuarkusTest;
import java.io.OutputStream;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The official SDKs work with nothing changed but base URL and key. */
@QuarkusTest
class SdkTest extends WithProvider {
    private static final String COMPLETION = """
            {"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"logprobs":null,\
            "message":{"role":"assistant","content":"hello","refusal":null},"finish_reason":"stop"}],\
            "usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}""";
    private static final String MESSAGE = """
            {"id":"msg","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"hello",\
            "citations":null}],"stop_reason":"end_turn","stop_sequence":null,\
            "usage":{"input_tokens":1,"output_tokens":1}}""";

    private OpenAIClient openai(String key) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(agent.service + "/v1/proxy/openai/v1")
                .apiKey(key)
                .maxRetries(0)
                .build();
    }

    private AnthropicClient anthropic() {
        return AnthropicOkHttpClient.builder()
                .baseUrl(agent.service + "/v1/proxy/anthropic")
                .apiKey(agent.key)
                .maxRetries(0)
                .build();
    }

    private static ChatCompletionCreateParams chat() {
        return ChatCompletionCreateParams.builder()
                .model("m")
                .addUserMessage("hi")
                .build();
    }

    private static MessageCreateParams message() {
        return MessageCreateParams.builder()
                .model("m")
                .maxTokens(10)
                .addUserMessage("hi")
                .build();
    }

    @Test
    void openaiCompletes() {
        provider.does((exchange, call) -> Provider.send(exchange, 200, COMPLETION));
        var completion = openai(agent.key).chat().completions().create(chat());
        assertEquals(
                "hello", completion.choices().getFirst().message().content().orElseThrow());
        assertEquals("/v1/chat/completions", provider.call().target());
        assertEquals("Bearer " + Agent.OPENAI, provider.call().header("Authorization"));
    }

    @Test
    void openaiStreams() {
        provider.does((exchange, call) -> {
            OutputStream out = Provider.openStream(exchange);
            for (String word : new String[] {"one ", "two ", "three"}) {
                Provider.write(out, """
                        data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,\
                        "delta":{"content":"%s"},"finish_reason":null}]}

                        """.formatted(word));
            }
            Provider.write(out, "data: [DONE]\n\n");
        });
        try (com.openai.core.http.StreamResponse<ChatCompletionChunk> chunks =
                openai(agent.key).chat().completions().createStreaming(chat())) {
            assertEquals(
                    "one two three",
                    chunks.stream()
                            .map(chunk ->
                                    chunk.choices().getFirst().delta().content().orElse(""))
                            .collect(Collectors.joining()));
        }
    }

    @Test
    void openaiReadsCelunesRefusalAsItsOwnKindOfError() {
        assertThrows(
                UnauthorizedException.class,
                () -> openai("clk_test_nothing").chat().completions().create(chat()));
    }

    @Test
    void anthropicCompletes() {
        provider.does((exchange, call) -> Provider.send(exchange, 200, MESSAGE));
        var answer = anthropic().messages().create(message());
        assertEquals("hello", answer.content().getFirst().asText().text());
        assertEquals("/v1/messages", provider.call().target());
        assertEquals(Agent.ANTHROPIC, provider.call().header("x-api-key"));
        assertEquals("2023-06-01", provider.call().header("anthropic-version"));
    }

    @Test
    void anthropicStreams() {
        provider.does((exchange, call) -> {
            OutputStream out = Provider.openStream(exchange);
            for (String word : new String[] {"one ", "two ", "three"}) {
                Provider.write(out, """
                        event: content_block_delta
                        data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"%s"}}

                        """.formatted(word));
            }
            Provider.write(out, "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
        });
        try (StreamResponse<RawMessageStreamEvent> events =
                anthropic().messages().createStreaming(message())) {
            assertEquals(
                    "one two three",
                    events.stream()
                            .flatMap(event -> event.contentBlockDelta().stream())
                            .flatMap(event -> event.delta().text().stream())
                            .map(text -> text.text())
                            .collect(Collectors.joining()));
        }
    }
}
