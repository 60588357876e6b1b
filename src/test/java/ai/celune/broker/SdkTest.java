package ai.celune.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.anthropic.core.http.StreamResponse;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.openai.models.chat.completions.ChatCompletionChunk;
import io.quarkus.test.junit.QuarkusTest;
import java.io.OutputStream;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The official SDKs work with nothing changed but base URL and key. */
@QuarkusTest
class SdkTest extends WithSdks {
    @Test
    void openaiCompletes() {
        provider.does((exchange, call) -> Provider.send(exchange, 200, COMPLETION));
        var completion = openai().build().chat().completions().create(chat().build());
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
                openai().build().chat().completions().createStreaming(chat().build())) {
            assertEquals(
                    "one two three",
                    chunks.stream()
                            .map(chunk ->
                                    chunk.choices().getFirst().delta().content().orElse(""))
                            .collect(Collectors.joining()));
        }
    }

    @Test
    void anthropicCompletes() {
        provider.does((exchange, call) -> Provider.send(exchange, 200, MESSAGE));
        var answer = anthropic().build().messages().create(message().build());
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
                anthropic().build().messages().createStreaming(message().build())) {
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
