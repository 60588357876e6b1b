package ai.celune.crypto.vault;

import io.quarkus.vault.client.api.auth.token.VaultAuthToken;
import io.quarkus.vault.client.auth.VaultAppRoleTokenProvider;
import io.quarkus.vault.client.auth.VaultAuthRequest;
import io.quarkus.vault.client.auth.VaultCachingTokenProvider;
import io.quarkus.vault.client.auth.VaultKubernetesTokenProvider;
import io.quarkus.vault.client.auth.VaultToken;
import io.quarkus.vault.client.auth.VaultTokenProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How one identity gets its token: signs in with what its file holds at that moment, renews shortly before the end, signs in again when Vault refuses the token
 * or will not renew it. Of many threads that need a token one fetches it.
 */
final class Logins implements VaultTokenProvider {
    private static final Duration RENEW_BEFORE_END = Duration.ofSeconds(30);
    private static final Duration LASTS_FOR_EVER = Duration.ofDays(3650);

    private final VaultCachingTokenProvider tokens;
    private final Duration deadline;
    private final ReentrantLock fetching = new ReentrantLock();

    private Logins(VaultTokenProvider login, Duration deadline) {
        this.deadline = deadline;
        tokens = new VaultCachingTokenProvider(login, RENEW_BEFORE_END);
    }

    /**
     * @param property of the identity, for messages
     * @throws IllegalStateException naming the property when the way to sign in is not told, or told twice
     */
    static Logins of(String property, VaultConfig.Identity identity, Duration deadline) {
        long ways = java.util.stream.Stream.of(identity.tokenFile(), identity.secretIdFile(), identity.jwtFile())
                .filter(Optional::isPresent)
                .count();
        if (ways != 1) {
            throw new IllegalStateException(
                    property + ": exactly one of token-file, secret-id-file and jwt-file must be set, not " + ways);
        }
        if (identity.tokenFile().isPresent()) {
            Path file = identity.tokenFile().get();
            return new Logins(request -> lookUp(request, content(file)), deadline);
        }
        String role = identity.role().orElseThrow(() -> new IllegalStateException(property + ".role is not set"));
        if (identity.secretIdFile().isPresent()) {
            Path file = identity.secretIdFile().get();
            return new Logins(
                    new VaultAppRoleTokenProvider(
                            identity.authMount().orElse("approle"), role, request -> completed(content(file))),
                    deadline);
        }
        Path file = identity.jwtFile().orElseThrow();
        return new Logins(
                new VaultKubernetesTokenProvider(
                        identity.authMount().orElse("jwt"), role, () -> completed(content(file))),
                deadline);
    }

    /** What a token that was given and not signed in for is worth. */
    private static CompletionStage<VaultToken> lookUp(VaultAuthRequest request, String token) {
        var lookUp = VaultAuthToken.FACTORY.lookupSelf().builder().token(token).rebuild();
        return request.getExecutor().execute(lookUp).thenApply(answer -> {
            var known = answer.getResult().getData();
            boolean ends = known.getTtl() != null && !known.getTtl().isZero();
            return VaultToken.from(
                    token,
                    ends && Boolean.TRUE.equals(known.isRenewable()),
                    ends ? known.getTtl() : LASTS_FOR_EVER,
                    known.getNumUses(),
                    request.getInstantSource());
        });
    }

    private static CompletionStage<String> completed(String value) {
        return CompletableFuture.completedStage(value);
    }

    private static String content(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("the credential for Vault cannot be read", e);
        }
    }

    @Override
    public CompletionStage<VaultToken> apply(VaultAuthRequest request) {
        try {
            // Whoever waits behind a sign-in that gets no answer must not wait for one of his own as well.
            if (!fetching.tryLock(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
                return CompletableFuture.failedStage(new TimeoutException("no token within " + deadline));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return CompletableFuture.failedStage(e);
        }
        try {
            return tokens.apply(request);
        } finally {
            fetching.unlock();
        }
    }

    @Override
    public void invalidateCache() {
        tokens.invalidateCache();
    }

    /** When the token in use was issued; empty before the first sign-in. */
    Optional<Instant> issued() {
        return tokens.getCachedToken().map(VaultToken::getCreated);
    }
}
