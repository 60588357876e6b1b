package ai.celune.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.anthropic.errors.AnthropicServiceException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.openai.errors.OpenAIServiceException;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The official SDKs tell the provider's errors from Celune's, and try again as they do without Celune. */
@QuarkusTest
class SdkErrorsTest extends WithSdks {
    private static final String OPENAI_ERROR =
            "{\"error\":{\"message\":\"it says \\\"no\\\"\",\"type\":\"a_type\",\"param\":\"messages\",\"code\":\"a_code\"}}";
    private static final String ANTHROPIC_ERROR =
            "{\"type\":\"error\",\"error\":{\"type\":\"a_type\",\"message\":\"it says \\\"no\\\"\"},\"request_id\":\"req_1\"}";
    private static final ObjectMapper JSON = new ObjectMapper();

    private void refusesWith(int status, String body) {
        provider.does((exchange, call) -> {
            exchange.getResponseHeaders().set("Retry-After", "7");
            Provider.send(exchange, status, body);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "400, com.openai.errors.BadRequestException",
        "401, com.openai.errors.UnauthorizedException",
        "429, com.openai.errors.RateLimitException",
        "500, com.openai.errors.InternalServerException",
        "529, com.openai.errors.InternalServerException"
    })
    void openaiThrowsWhatItsProviderSays(int status, Class<? extends OpenAIServiceException> type) throws Exception {
        refusesWith(status, OPENAI_ERROR);
        OpenAIServiceException error =
                assertThrows(type, () -> openai().build().chat().completions().create(chat().build()));
        assertEquals(status, error.statusCode());
        assertEquals(JSON.readTree(OPENAI_ERROR).path("error"), error.body().convert(JsonNode.class));
        assertEquals("a_code", error.code().orElse(""));
        assertEquals(List.of("7"), error.headers().values("Retry-After"));
        assertEquals(List.of(), error.headers().values("Celune-Error"));
        assertEquals(1, provider.calls().size());
    }

    @ParameterizedTest
    @CsvSource({
        "400, com.anthropic.errors.BadRequestException",
        "401, com.anthropic.errors.UnauthorizedException",
        "429, com.anthropic.errors.RateLimitException",
        "500, com.anthropic.errors.InternalServerException",
        "529, com.anthropic.errors.InternalServerException"
    })
    void anthropicThrowsWhatItsProviderSays(int status, Class<? extends AnthropicServiceException> type)
            throws Exception {
        refusesWith(status, ANTHROPIC_ERROR);
        AnthropicServiceException error = assertThrows(
                type, () -> anthropic().build().messages().create(message().build()));
        assertEquals(status, error.statusCode());
        assertEquals(JSON.readTree(ANTHROPIC_ERROR), error.body().convert(JsonNode.class));
        assertEquals(List.of("7"), error.headers().values("Retry-After"));
        assertEquals(List.of(), error.headers().values("Celune-Error"));
        assertEquals(1, provider.calls().size());
    }

    @ParameterizedTest
    @CsvSource({
        "401, com.openai.errors.UnauthorizedException, com.anthropic.errors.UnauthorizedException",
        "403, com.openai.errors.PermissionDeniedException, com.anthropic.errors.PermissionDeniedException",
        "409, com.openai.errors.UnexpectedStatusCodeException, com.anthropic.errors.UnexpectedStatusCodeException"
    })
    void bothThrowWhatCeluneSaysAndThatItWasCelune(
            int status,
            Class<? extends OpenAIServiceException> openai,
            Class<? extends AnthropicServiceException> anthropic) {
        String key = refusedWith(status);
        OpenAIServiceException first = assertThrows(
                openai,
                () -> openai(key).maxRetries(0).build().chat().completions().create(chat().build()));
        assertEquals(status, first.statusCode());
        assertEquals(List.of("true"), first.headers().values("Celune-Error"));
        AnthropicServiceException second = assertThrows(
                anthropic,
                () -> anthropic(key)
                        .maxRetries(0)
                        .build()
                        .messages()
                        .create(message().build()));
        assertEquals(status, second.statusCode());
        assertEquals(List.of("true"), second.headers().values("Celune-Error"));
        assertEquals(List.of(), provider.calls());
    }

    /** An API key to which Celune answers so. */
    private String refusedWith(int status) {
        return switch (status) {
            case 401 -> "clk_test_nothing";
            case 403 -> apiKey("provider-keys:read", List.of(agent.openaiKey, agent.anthropicKey));
            default -> apiKey("provider-keys:use", List.of());
        };
    }

    private String apiKey(String scope, List<String> bindings) {
        return agent.apiKey(List.of(scope), bindings).path("key").asText();
    }

    private void failsOnce(String answer) {
        provider.does((exchange, call) -> {
            boolean isFirst = provider.calls().size() == 1;
            Provider.send(exchange, isFirst ? 500 : 200, isFirst ? "{}" : answer);
        });
    }

    @Test
    void openaiTriesAgainAndEachTryIsAUse() {
        failsOnce(COMPLETION);
        long used = agent.count("provider_key.used");
        openai(agent.key).build().chat().completions().create(chat().build());
        assertEquals(2, provider.calls().size());
        assertEquals(used + 2, agent.count("provider_key.used"));
    }

    @Test
    void anthropicTriesAgainAndEachTryIsAUse() {
        failsOnce(MESSAGE);
        long used = agent.count("provider_key.used");
        anthropic(agent.key).build().messages().create(message().build());
        assertEquals(2, provider.calls().size());
        assertEquals(used + 2, agent.count("provider_key.used"));
    }
}
