package ai.celune.provider;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.time.Instant;

/**
 * What an operator has found out about a provider: a {@link DataPolicy} and where it stands.
 *
 * @param evidence such as a contract, or a page with its date
 */
record RecordPolicy(
        @NotNull Boolean trains,
        @NotNull @Min(0) @Max(36_500) Integer retentionDays,
        @NotBlank @Size(max = 100) String region,
        @NotNull Instant until,
        @NotBlank @Size(max = 1000) String evidence) {
    DataPolicy policy() {
        return new DataPolicy(trains, retentionDays, region, until);
    }
}
