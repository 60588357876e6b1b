package ai.celune.usage;

import java.util.Arrays;
import java.util.Optional;

/** What uses can be summed up by; in the order of an answer. */
enum UsageGroup {
    DAY("day", "to_char(ended_at at time zone 'UTC', 'YYYY-MM-DD')"),
    PROVIDER_KEY("providerKey", "provider_key_id"),
    PRINCIPAL("principal", "principal_id"),
    CREDENTIAL("credential", "credential_id"),
    MODEL("model", "model");

    private final String word;
    final String expression;

    UsageGroup(String word, String expression) {
        this.word = word;
        this.expression = expression;
    }

    static Optional<UsageGroup> of(String word) {
        return Arrays.stream(values()).filter(group -> group.word.equals(word)).findFirst();
    }
}
