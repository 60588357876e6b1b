package ai.celune.keyringmove;

import jakarta.validation.constraints.NotNull;

/** @param dryRun whether everything is only opened, and nothing changed */
record BeginKeyringMove(@NotNull Boolean dryRun) {}
