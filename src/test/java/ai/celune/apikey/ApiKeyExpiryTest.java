package ai.celune.apikey;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.celune.support.Actors;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Rows;
import ai.celune.support.TestClock;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The log warns of each end of a key once, in time, and of nothing else. */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class ApiKeyExpiryTest {
    private final Actors actors = new Actors();

    @Inject
    ApiKeyExpiry expiry;

    @Inject
    TestClock clock;

    @Test
    void aKeyIsWarnedOfOnceWhenItsEndComesNear() {
        UUID key = key(Duration.ofDays(20));
        expiry.warn();
        assertEquals(List.of(), warnings(key));
        clock.advance(Duration.ofDays(13).plusMinutes(1));
        expiry.warn();
        expiry.warn();
        assertEquals(1, warnings(key).size());
    }

    @Test
    void replicasThatLookAtOnceWarnOnce() {
        List<UUID> keys = List.of(key(Duration.ofDays(20)), key(Duration.ofDays(21)), key(Duration.ofDays(22)));
        clock.advance(Duration.ofDays(19));
        CompletableFuture<Void> other = CompletableFuture.runAsync(expiry::warn);
        expiry.warn();
        other.join();
        expiry.warn();
        keys.forEach(key -> assertEquals(1, warnings(key).size()));
    }

    @Test
    void anEndThatComesNearerIsAnotherOne() {
        UUID key = key(Duration.ofDays(40));
        clock.advance(Duration.ofDays(34));
        expiry.warn();
        Instant sooner = clock.instant().plus(Duration.ofDays(1));
        Api.post(
                        "/v1/api-keys/" + key + "/rotate",
                        actors.owner().again().token(),
                        Map.of("overlapUntil", sooner.toString()))
                .require(201);
        expiry.warn();
        assertEquals(2, warnings(key).size());
    }

    @Test
    void revokedEndedEndlessAndShortLivedKeysAreNotWarnedOf() {
        UUID revoked = key(Duration.ofDays(20));
        Api.delete("/v1/api-keys/" + revoked, actors.owner().token()).require(204);
        UUID ended = key(Duration.ofDays(10));
        UUID endless = actors.key("settings:read").id();
        UUID shortLived = key(Duration.ofDays(6));
        expiry.warn();
        assertEquals(List.of(), warnings(shortLived));
        clock.advance(Duration.ofDays(15));
        expiry.warn();
        List.of(revoked, ended, endless, shortLived).forEach(key -> assertEquals(List.of(), warnings(key)));
    }

    private UUID key(Duration life) {
        return Actors.Key.of(Api.post(
                        "/v1/api-keys",
                        actors.owner().token(),
                        Map.of(
                                "name",
                                "ending",
                                "scopes",
                                List.of("settings:read"),
                                "expiresAt",
                                clock.instant().plus(life).toString())))
                .id();
    }

    private static List<String> warnings(UUID key) {
        return Rows.column(
                "select id::text from audit_event where action = 'api_key.expiring' and target_id = ?", key.toString());
    }
}
