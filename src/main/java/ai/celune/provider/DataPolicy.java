package ai.celune.provider;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.time.Instant;

/**
 * How a provider treats what it is sent (R73).
 *
 * @param trains whether it may train models on it
 * @param retentionDays how long it keeps it; 0 for not at all
 * @param region where, in the words of whoever says so
 * @param until when this has to be looked at again; from then on it says nothing
 */
@Embeddable
public record DataPolicy(
        @NotNull Boolean trains,

        @NotNull @Min(0) @Max(36_500) @Column(name = "retention_days")
        Integer retentionDays,

        @NotBlank @Size(max = 100) String region,
        @NotNull Instant until) {}
