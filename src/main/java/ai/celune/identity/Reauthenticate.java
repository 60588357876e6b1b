package ai.celune.identity;

import ai.celune.crypto.Secret;
import jakarta.validation.constraints.NotNull;

/** The password of the caller. */
record Reauthenticate(@NotNull Secret password) {}
