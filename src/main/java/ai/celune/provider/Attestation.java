package ai.celune.provider;

/**
 * What a workspace says of the provider behind a key of its own.
 *
 * @param version counts what was said of that key
 */
public record Attestation(int version, DataPolicy policy) {}
