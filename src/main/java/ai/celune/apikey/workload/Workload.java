package ai.celune.apikey.workload;

/**
 * A program that an issuer vouches for, and for whom: claims of its tokens (RFC 7519).
 *
 * @param issuer {@code iss}
 * @param subject {@code sub}, for example {@code system:serviceaccount:agents:summarizer}
 * @param audience the one of {@code aud} that stands for a workspace here
 */
public record Workload(String issuer, String subject, String audience) {}
