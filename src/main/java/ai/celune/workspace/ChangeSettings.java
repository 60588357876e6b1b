package ai.celune.workspace;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A merge patch (RFC 7396) of the settings: what is absent stays, null resets. A class, because a record cannot tell absent from null.
 */
class ChangeSettings {
    @Size(min = 1, max = 100)
    private @Nullable String name;

    @Min(1)
    @Max(100_000)
    private @Nullable Integer brokerPerMinute;

    @Schema(hidden = true)
    private boolean brokerPerMinuteGiven;

    @Min(1)
    @Max(3650)
    private @Nullable Integer apiKeyMaxDays;

    @Schema(hidden = true)
    private boolean apiKeyMaxDaysGiven;

    @JsonSetter(nulls = Nulls.FAIL)
    void setName(String value) {
        name = value.strip();
    }

    @JsonSetter
    void setBrokerPerMinute(@Nullable Integer value) {
        brokerPerMinute = value;
        brokerPerMinuteGiven = true;
    }

    @JsonSetter
    void setApiKeyMaxDays(@Nullable Integer value) {
        apiKeyMaxDays = value;
        apiKeyMaxDaysGiven = true;
    }

    String name(String before) {
        return name == null ? before : name;
    }

    @Nullable
    Integer brokerPerMinute(@Nullable Integer before) {
        return brokerPerMinuteGiven ? brokerPerMinute : before;
    }

    @Nullable
    Integer apiKeyMaxDays(@Nullable Integer before) {
        return apiKeyMaxDaysGiven ? apiKeyMaxDays : before;
    }
}
