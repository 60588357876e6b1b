/**
 * Workloads that prove who they are by a token of somebody who runs them, a Kubernetes API server or GitHub Actions, so that they keep no secret of ours.
 *
 * <p>Says which workload of which workspace a token is of, and nothing about what that may do: an API key of {@code ai.celune.apikey} does.
 */
@NullMarked
package ai.celune.apikey.workload;

import org.jspecify.annotations.NullMarked;
