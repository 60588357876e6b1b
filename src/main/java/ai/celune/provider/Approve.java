package ai.celune.provider;

import jakarta.validation.constraints.NotNull;
import java.time.Instant;

/** @param until end of the approval; one that is past ends it */
record Approve(@NotNull Instant until) {}
