package ai.celune.broker;

import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.models.messages.MessageCreateParams;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.chat.completions.ChatCompletionCreateParams;

/** The official SDKs with nothing changed but base URL and key. */
abstract class WithSdks extends WithProvider {
    static final String COMPLETION = """
            {"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"logprobs":null,\
            "message":{"role":"assistant","content":"hello","refusal":null},"finish_reason":"stop"}],\
            "usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}""";
    static final String MESSAGE = """
            {"id":"msg","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"hello",\
            "citations":null}],"stop_reason":"end_turn","stop_sequence":null,\
            "usage":{"input_tokens":1,"output_tokens":1}}""";

    OpenAIOkHttpClient.Builder openai(String key) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(agent.service + "/v1/proxy/openai/v1")
                .apiKey(key);
    }

    /** Tries once, so that each call is one call. */
    OpenAIOkHttpClient.Builder openai() {
        return openai(agent.key).maxRetries(0);
    }

    AnthropicOkHttpClient.Builder anthropic(String key) {
        return AnthropicOkHttpClient.builder()
                .baseUrl(agent.service + "/v1/proxy/anthropic")
                .apiKey(key);
    }

    /** Tries once, so that each call is one call. */
    AnthropicOkHttpClient.Builder anthropic() {
        return anthropic(agent.key).maxRetries(0);
    }

    static ChatCompletionCreateParams.Builder chat() {
        return ChatCompletionCreateParams.builder().model("m").addUserMessage("hi");
    }

    static MessageCreateParams.Builder message() {
        return MessageCreateParams.builder().model("m").maxTokens(10).addUserMessage("hi");
    }
}
