/**
 * What the uses of provider keys came to: requests, tokens, bytes, latency (R15). A row is made by PostgreSQL with each end of a use that the audit log
 * gets, so sums here are sums over the log; nothing writes them otherwise. Owns provider_key_use.
 */
@NullMarked
package ai.celune.usage;

import org.jspecify.annotations.NullMarked;
