/**
 * Celune on one machine: a PostgreSQL child process, its roles and passwords, and the data directory that holds
 * everything that must survive. One process at a time owns a data directory. None of it belongs in production,
 * where the database, its roles and the secrets come from the environment.
 */
@NullMarked
package ai.celune.embedded;

import org.jspecify.annotations.NullMarked;
