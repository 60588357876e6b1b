/** Promises about the whole API: each test lists its operations from the OpenAPI document, so that nobody can forget one. */
@NullMarked
package ai.celune.contract;

import org.jspecify.annotations.NullMarked;
