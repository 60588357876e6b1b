/**
 * API keys of principals: how they look, how they are made and how a presented one is recognised.
 *
 * <p>A key is 256 random bits and is stored only as its SHA-256 (R25). Its checksum lets junk be refused before anything is read.
 */
@NullMarked
package ai.celune.apikey;

import org.jspecify.annotations.NullMarked;
