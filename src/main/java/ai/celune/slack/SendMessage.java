package ai.celune.slack;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message to send.
 *
 * @param channel id or name, for a bot; a webhook has its own
 * @param text in Slack's markup; with blocks it is what notifications show
 * @param blocks of Slack's Block Kit, passed on as they are
 * @param threadTs the message that this one answers
 */
record SendMessage(
        @Nullable @Size(min = 1, max = 100) String channel,
        @NotBlank @Size(max = 40_000) String text,
        @Nullable @Size(max = 50) List<@NotNull Map<String, Object>> blocks,

        @Nullable @Pattern(regexp = "[0-9]{1,12}\\.[0-9]{1,6}")
        String threadTs) {}
