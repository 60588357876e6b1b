/**
 * The main job of Celune done once over real HTTP, as a newcomer, a script or a monitor would do it: each step states
 * facts and fails when one does not hold. The tour knows the public contract only and none of the service's classes.
 */
@NullMarked
package ai.celune.tour;

import org.jspecify.annotations.NullMarked;
