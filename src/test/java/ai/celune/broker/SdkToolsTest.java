package ai.celune.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.Tool;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.openai.core.JsonValue;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Tools and their arguments pass the broker as the official SDKs and the providers write them. */
@QuarkusTest
class SdkToolsTest extends WithSdks {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String DESCRIPTION = "finds \"quoted\" \\u0041 100 % <b>ü</b> \uD83D\uDE00";
    private static final Map<String, ?> PROPERTIES = Map.of("text", Map.of("type", "string", "pattern", "^\\d+%$"));
    /** What a model wants a tool to be called with; contains all that JSON escapes, once more in a text. */
    private static final String ARGUMENTS =
            "{\"text\":\"say \\\"hi\\\" \\\\u0041 \\u00fc\\n100 % %2F C:\\\\x \uD83D\uDE00\",\"n\":[1,2.50,null]}";

    private static final String OPENAI_DELTA = """
            data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,\
            "delta":{"tool_calls":[{"index":0,"function":{"arguments":%s}}]},"finish_reason":null}]}

            """;
    private static final String ANTHROPIC_DELTA = """
            event: content_block_delta
            data: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":%s}}

            """;

    private static ChatCompletionCreateParams chatWithTool() {
        return chat().addFunctionTool(FunctionDefinition.builder()
                        .name("find")
                        .description(DESCRIPTION)
                        .parameters(FunctionParameters.builder()
                                .putAdditionalProperty("type", JsonValue.from("object"))
                                .putAdditionalProperty("properties", JsonValue.from(PROPERTIES))
                                .build())
                        .build())
                .build();
    }

    private static MessageCreateParams messageWithTool() {
        return message()
                .addTool(Tool.builder()
                        .name("find")
                        .description(DESCRIPTION)
                        .inputSchema(Tool.InputSchema.builder()
                                .properties(com.anthropic.core.JsonValue.from(PROPERTIES))
                                .addRequired("text")
                                .build())
                        .build())
                .build();
    }

    private static String quoted(String text) {
        try {
            return JSON.writeValueAsString(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private void answers(String body) {
        provider.does((exchange, call) -> Provider.send(exchange, 200, body));
    }

    /** The arguments three characters at a time, so that every escape is torn somewhere. */
    private void streams(String delta, String last) {
        provider.does((exchange, call) -> {
            OutputStream out = Provider.openStream(exchange);
            int[] letters = ARGUMENTS.codePoints().toArray();
            for (int i = 0; i < letters.length; i += 3) {
                String piece = new String(letters, i, Math.min(3, letters.length - i));
                Provider.write(out, delta.formatted(quoted(piece)));
            }
            Provider.write(out, last);
        });
    }

    private void assertSent(Object body) throws IOException {
        JsonNode written =
                JSON.readTree(com.openai.core.ObjectMappers.jsonMapper().writeValueAsString(body));
        assertEquals(written, JSON.readTree(provider.call().body()));
        assertEquals(DESCRIPTION, written.findValue("description").asText());
    }

    @Test
    void openaiSendsAToolAndReadsItsCall() throws Exception {
        answers("""
            {"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"logprobs":null,\
            "message":{"role":"assistant","content":null,"refusal":null,"tool_calls":[{"id":"t","type":"function",\
            "function":{"name":"find","arguments":%s}}]},"finish_reason":"tool_calls"}],\
            "usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}""".formatted(quoted(ARGUMENTS)));
        ChatCompletionCreateParams asked = chatWithTool();
        var message = openai().build()
                .chat()
                .completions()
                .create(asked)
                .choices()
                .getFirst()
                .message();
        var function = message.toolCalls().orElseThrow().getFirst().asFunction().function();
        assertEquals("find", function.name());
        assertEquals(ARGUMENTS, function.arguments());
        assertSent(asked._body());
    }

    @Test
    void openaiJoinsTheCallOfAToolFromAStream() {
        streams(OPENAI_DELTA, "data: [DONE]\n\n");
        try (var chunks = openai().build().chat().completions().createStreaming(chatWithTool())) {
            assertEquals(
                    ARGUMENTS,
                    chunks.stream()
                            .flatMap(chunk -> chunk.choices().getFirst().delta().toolCalls().orElseThrow().stream())
                            .map(call ->
                                    call.function().orElseThrow().arguments().orElse(""))
                            .collect(Collectors.joining()));
        }
    }

    @Test
    void anthropicSendsAToolAndReadsItsUse() throws Exception {
        answers("""
            {"id":"msg","type":"message","role":"assistant","model":"m","content":[{"type":"tool_use","id":"t",\
            "name":"find","input":%s}],"stop_reason":"tool_use","stop_sequence":null,\
            "usage":{"input_tokens":1,"output_tokens":1}}""".formatted(ARGUMENTS));
        MessageCreateParams asked = messageWithTool();
        var use = anthropic()
                .build()
                .messages()
                .create(asked)
                .content()
                .getFirst()
                .asToolUse();
        assertEquals("find", use.name());
        assertEquals(JSON.readTree(ARGUMENTS), use._input().convert(JsonNode.class));
        assertSent(asked._body());
    }

    @Test
    void anthropicJoinsTheUseOfAToolFromAStream() {
        streams(ANTHROPIC_DELTA, "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
        try (var events = anthropic().build().messages().createStreaming(messageWithTool())) {
            assertEquals(
                    ARGUMENTS,
                    events.stream()
                            .flatMap(event -> event.contentBlockDelta().stream())
                            .map(event -> event.delta().asInputJson().partialJson())
                            .collect(Collectors.joining()));
        }
    }
}
