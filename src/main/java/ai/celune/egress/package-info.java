/**
 * Where calls may go, which base URLs are accepted, which addresses are dialled; and which header fields of a call are not for others to fill.
 *
 * <p>A destination is checked twice: as text when it is stored, and as the resolved address when it is used, so that a name cannot be pointed
 * inside later. Metadata services are never reachable, whatever the operator allows.
 */
@NullMarked
package ai.celune.egress;

import org.jspecify.annotations.NullMarked;
