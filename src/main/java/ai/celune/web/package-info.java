/**
 * What every endpoint shares towards the client: problem documents with stable codes, request ids, strict JSON, body limits, paging, ETags,
 * and the one function that records a refusal before it is answered.
 */
@NullMarked
package ai.celune.web;

import org.jspecify.annotations.NullMarked;
