package ai.celune.encryptionkey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.crypto.SealedColumns.Page;
import ai.celune.crypto.SealedColumns.Position;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The states of re-wrapping. */
class EncryptionKeyTest {
    private static final Instant START = Instant.parse("2026-03-04T05:06:07Z");
    private static final Page LAST = new Page(null, 5, 0);

    private final EncryptionKey key = new EncryptionKey(2, 5, START);

    @Test
    void goesOnWhereThePageEnded() {
        Position next = new Position("provider_key.sealed", new UUID(1, 2));
        key.moved(new Page(next, 100, 1), START);
        assertEquals(next, key.position());
        assertEquals(RewrapState.running, key.state());
        assertEquals(100, key.done());
        assertEquals(1, key.failed());
    }

    @Test
    void settlesAMinuteAfterTheLastChange() {
        key.moved(LAST, START.plusSeconds(30));
        assertFalse(key.hasSettled(START.plusSeconds(89)));
        assertTrue(key.hasSettled(START.plusSeconds(90)));
    }

    @Test
    void aPageThatChangesNothingDoesNotDelayIt() {
        key.moved(new Page(null, 0, 3), START.plusSeconds(50));
        assertTrue(key.hasSettled(START.plusSeconds(60)));
    }

    @Test
    void isDoneWhenNothingIsLeft() {
        key.moved(LAST, START);
        assertTrue(key.verified(0, START.plusSeconds(60)));
        assertEquals(RewrapState.done, key.state());
        assertFalse(key.isInWork());
    }

    @Test
    void walksAgainWhileSomethingIsLeftThatDidNotFail() {
        key.moved(new Page(null, 3, 1), START);
        assertFalse(key.verified(2, START.plusSeconds(60)));
        assertEquals(RewrapState.running, key.state());
        assertEquals(Position.START, key.position());
        assertEquals(0, key.failed());
        assertEquals(5, key.rewrap().total());
    }

    @Test
    void isIncompleteWhenOnlyWhatFailedIsLeft() {
        key.moved(new Page(null, 4, 1), START);
        assertTrue(key.verified(1, START.plusSeconds(60)));
        assertEquals(RewrapState.incomplete, key.state());
        assertEquals(1, key.lowestVersion());
    }

    @Test
    void whatFailedAndWasReplacedSinceIsNoFailure() {
        key.moved(new Page(null, 4, 1), START);
        assertTrue(key.verified(0, START.plusSeconds(60)));
        assertEquals(RewrapState.done, key.state());
        assertEquals(0, key.failed());
    }

    @Test
    void anotherRotationBeginsAnew() {
        key.moved(LAST, START);
        key.rotate(3, 7, START.plusSeconds(10));
        assertEquals(RewrapState.running, key.state());
        assertEquals(Position.START, key.position());
        assertEquals(
                new EncryptionKeyView.Rewrap(RewrapState.running, 0, 7, 0, START.plusSeconds(10), null), key.rewrap());
    }
}
