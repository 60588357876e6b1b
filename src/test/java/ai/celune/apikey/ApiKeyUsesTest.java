package ai.celune.apikey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.crypto.Binding;
import ai.celune.crypto.Envelopes;
import ai.celune.crypto.Secret;
import ai.celune.security.Actor;
import ai.celune.support.Actors;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Rows;
import ai.celune.tenancy.Ids;
import ai.celune.tenancy.Scope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Between counting and the audit log no call is lost or told twice, whoever tells of it and however often (R27). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class ApiKeyUsesTest {
    private final Instant anHourAgo =
            Clock.systemUTC().instant().minus(1, ChronoUnit.HOURS).truncatedTo(ChronoUnit.MICROS);

    @Inject
    ApiKeyUses uses;

    @Inject
    Envelopes envelopes;

    @Inject
    Scope scope;

    private final Actors actors = new Actors();
    private final UUID id = Ids.next();

    @Test
    void storingTwiceCountsNothingTwice() {
        UUID key = actors.key("settings:read").id();
        uses.store(List.of(count(key, 5)));
        uses.store(List.of(count(key, 5)));
        uses.store(List.of(count(key, 8)));
        assertEquals("8", Rows.one("select use_count from api_key where id = ?", key));
    }

    @Test
    void theCountsOfTwoProcessesAddUp() {
        UUID key = actors.key("settings:read").id();
        uses.store(List.of(count(key, 5)));
        uses.store(List.of(new ApiKeyUsesTest().count(actors, key, 2)));
        assertEquals("7", Rows.one("select use_count from api_key where id = ?", key));
    }

    @Test
    void whatAnotherToldAsALowerBoundIsNotToldAgain() {
        UUID key = actors.key("settings:read").id();
        uses.store(List.of(count(key, 5)));
        uses.tellLeftBehind();
        uses.tellLeftBehind();
        assertEquals(List.of("5 true"), told(key));
        // The process was only asleep, and has counted on.
        uses.store(List.of(count(key, 7)));
        uses.tell(List.of(count(key, 7)));
        uses.tell(List.of(count(key, 7)));
        uses.tellLeftBehind();
        assertEquals(List.of("2 false", "5 true"), told(key));
        assertEquals("7", Rows.one("select use_count from api_key where id = ?", key));
    }

    @Test
    void whatWasToldADayAgoGoesAndNothingElse() {
        UUID key = actors.key("settings:read").id();
        KeyCount told = count(key, 1);
        KeyCount untold = new ApiKeyUsesTest().count(actors, key, 1);
        uses.store(List.of(told, untold));
        uses.tell(List.of(told));
        Rows.update(
                "update api_key_use set first_at = first_at - interval '2 days', last_at = last_at - interval '2 days'"
                        + " where api_key_id = ?",
                key);
        uses.tellLeftBehind();
        assertEquals(
                List.of(untold.id().toString()),
                Rows.column("select id::text from api_key_use where api_key_id = ?", key));
        assertEquals(List.of("1 false", "1 true"), told(key));
    }

    @Test
    void addressesAreTheSealedPartOfTheEntry() {
        UUID key = actors.key("settings:read").id();
        KeyCount count = count(key, 1).plus(anHourAgo.plusSeconds(1), "192.0.2.8");
        uses.store(List.of(count));
        uses.tellLeftBehind();
        UUID entry = UUID.fromString(Rows.one(
                "select id from audit_event where action = 'api_key.usage_counted' and target_id = ?", key.toString()));
        assertFalse(Rows.one("select convert_from(bytes, 'UTF8') from audit_event where id = ?", entry)
                .contains("192.0.2"));
        assertFalse(Rows.values("api_key_use").toString().contains("192.0.2"));
        assertEquals("{\"addresses\":[\"192.0.2.7\",\"192.0.2.8\"]}", opened(entry));
    }

    @Test
    void afterAHundredAddressesTheRestIsSummedUp() {
        KeyCount count = count(UUID.randomUUID(), 1);
        for (int i = 1; i < 100; i++) {
            count = count.plus(anHourAgo, "2001:db8::" + i);
        }
        assertEquals(100, count.addresses().size());
        assertFalse(count.addresses().contains(KeyCount.MORE));
        count = count.plus(anHourAgo, "2001:db8::1");
        assertFalse(count.addresses().contains(KeyCount.MORE));
        count = count.plus(anHourAgo, "192.0.2.100").plus(anHourAgo, "192.0.2.101");
        assertEquals(101, count.addresses().size());
        assertTrue(count.addresses().contains(KeyCount.MORE));
    }

    @Test
    void firstAndLastEncloseEachCallWhateverTheirOrder() {
        KeyCount count = count(UUID.randomUUID(), 1)
                .plus(anHourAgo.minusSeconds(2), "192.0.2.7")
                .plus(anHourAgo.plusSeconds(2), "192.0.2.7");
        assertEquals(Duration.ofSeconds(4), Duration.between(count.first(), count.last()));
        assertEquals(3, count.calls());
    }

    private KeyCount count(UUID key, long calls) {
        return count(actors, key, calls);
    }

    private KeyCount count(Actors of, UUID key, long calls) {
        return new KeyCount(
                id,
                of.owner().workspaceId(),
                Actor.Ref.apiKey(key),
                Actor.Ref.user(of.owner().userId()),
                calls,
                anHourAgo,
                anHourAgo,
                Set.of("192.0.2.7"));
    }

    private static List<String> told(UUID key) {
        return Rows.column(
                "select concat_ws(' ', d ->> 'count', d ->> 'lowerBound') from audit_event,"
                        + " lateral (select convert_from(bytes, 'UTF8')::json -> 'details' as d) as details"
                        + " where action = 'api_key.usage_counted' and target_id = ? order by 1",
                key.toString());
    }

    private String opened(UUID entry) {
        UUID workspace = actors.owner().workspaceId();
        // No role of the service reads the sealed part yet.
        byte[] sealed = java.util.HexFormat.of()
                .parseHex(Rows.one("select encode(sealed, 'hex') from audit_opening where event_id = ?", entry));
        return scope.asWorkspace(workspace, () -> {
            try (Secret value = envelopes.open(new Binding(workspace, entry, "audit-opening", 1), sealed)) {
                return new String(value.bytes(), StandardCharsets.UTF_8);
            }
        });
    }
}
