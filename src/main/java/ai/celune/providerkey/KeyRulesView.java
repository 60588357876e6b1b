package ai.celune.providerkey;

import org.jspecify.annotations.Nullable;

/**
 * The rules of a key.
 *
 * @param spent of its budget in this month; null without one
 */
record KeyRulesView(KeyRules rules, @Nullable Spent spent) {}
