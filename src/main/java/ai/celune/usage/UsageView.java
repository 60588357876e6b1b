package ai.celune.usage;

import java.time.Instant;
import java.util.List;

/** Uses whose end was stored at {@code from} or later and before {@code to}. */
record UsageView(Instant from, Instant to, List<UsageItem> items) {}
