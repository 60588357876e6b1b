package ai.celune.tenancy;

import java.util.UUID;
import org.hibernate.id.uuid.UuidVersion7Strategy;

/** Ids of all rows: UUIDv7 (RFC 9562 section 5.7), so that primary keys grow with time. */
public final class Ids {
    private Ids() {}

    public static UUID next() {
        return UuidVersion7Strategy.INSTANCE.generateUuid(null);
    }
}
