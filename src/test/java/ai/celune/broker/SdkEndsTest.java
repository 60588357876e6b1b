package ai.celune.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.anthropic.errors.AnthropicIoException;
import com.openai.errors.OpenAIIoException;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a caller with an official SDK has enough, the provider stops, too. */
@QuarkusTest
class SdkEndsTest extends WithSdks {
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final CompletableFuture<String> hungUp = new CompletableFuture<>();
    private final CountDownLatch over = new CountDownLatch(1);

    @AfterEach
    void end() {
        over.countDown();
    }

    /** Sends the same event on and on until nobody listens. */
    private void sendsForEver(String event) {
        provider.does((exchange, call) -> {
            OutputStream out = Provider.openStream(exchange);
            try {
                while (!over.await(20, TimeUnit.MILLISECONDS)) {
                    Provider.write(out, event);
                }
            } catch (IOException e) {
                hungUp.complete("hung up");
                throw e;
            }
        });
    }

    /** Answers once, so that the patience of the next call is not spent on starting up. */
    private void fallsSilentAfter(String answer) {
        provider.does((exchange, call) -> {
            if (provider.calls().size() == 1) {
                Provider.send(exchange, 200, answer);
            } else {
                over.await();
            }
        });
    }

    private void assertAborted() {
        var end = agent.lastEnd();
        assertEquals("client_aborted", end.path("details").path("cause").asText(), end.toString());
        assertEquals("failed", end.path("outcome").asText());
    }

    private void assertHungUpOn() throws Exception {
        assertEquals("hung up", hungUp.get(2, TimeUnit.SECONDS));
        assertAborted();
    }

    @Test
    void closingAStreamOfOpenaiStopsTheProvider() throws Exception {
        sendsForEver("""
                data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,\
                "delta":{"content":"more"},"finish_reason":null}]}

                """);
        try (var chunks = openai().build().chat().completions().createStreaming(chat().build())) {
            assertTrue(chunks.stream().iterator().hasNext());
        }
        assertHungUpOn();
    }

    @Test
    void closingAStreamOfAnthropicStopsTheProvider() throws Exception {
        sendsForEver("""
                event: content_block_delta
                data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"more"}}

                """);
        try (var events =
                anthropic().build().messages().createStreaming(message().build())) {
            assertTrue(events.stream().iterator().hasNext());
        }
        assertHungUpOn();
    }

    @Test
    void openaiDoesNotWaitLongerThanItIsTold() {
        fallsSilentAfter(COMPLETION);
        openai().build().chat().completions().create(chat().build());
        assertThrows(
                OpenAIIoException.class,
                () -> openai().timeout(PATIENCE).build().chat().completions().create(chat().build()));
        assertEquals(2, provider.calls().size());
        assertAborted();
    }

    @Test
    void anthropicDoesNotWaitLongerThanItIsTold() {
        fallsSilentAfter(MESSAGE);
        anthropic().build().messages().create(message().build());
        assertThrows(
                AnthropicIoException.class,
                () -> anthropic()
                        .timeout(PATIENCE)
                        .build()
                        .messages()
                        .create(message().build()));
        assertEquals(2, provider.calls().size());
        assertAborted();
    }
}
