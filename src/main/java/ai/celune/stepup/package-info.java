/**
 * Step-up: what hands out rights or changes secrets is done by people who have proved who they are a short while ago, so that a session left open, or
 * stolen, is worth less. API keys and workload tokens are not asked: they cannot prove anything again.
 */
@NullMarked
package ai.celune.stepup;

import org.jspecify.annotations.NullMarked;
