package ai.celune.web;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list.
 *
 * @param items at most the limit that was asked for
 * @param next opaque cursor of the following page; null at the end
 */
public record Page<T>(List<T> items, @Nullable String next) {
    public static final int DEFAULT_LIMIT = 50;
    public static final int MAX_LIMIT = 200;

    /** A page from rows that were read with one more than the limit; cursor by the row's id. */
    public static <R, T> Page<T> of(List<R> rows, int limit, Function<R, UUID> id, Function<R, T> view) {
        boolean more = rows.size() > limit;
        List<R> shown = more ? rows.subList(0, limit) : rows;
        return new Page<>(shown.stream().map(view).toList(), more ? cursor(id.apply(shown.getLast())) : null);
    }

    /** An opaque cursor that stands behind the row of this id. */
    public static String cursor(UUID id) {
        ByteBuffer bytes =
                ByteBuffer.allocate(16).putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }

    /** The id that a cursor stands behind; null for the first page. Anything we did not issue is 400. */
    public static @Nullable UUID after(@Nullable String cursor) {
        if (cursor == null) {
            return null;
        }
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(cursor);
            if (bytes.length == 16) {
                ByteBuffer buffer = ByteBuffer.wrap(bytes);
                UUID id = new UUID(buffer.getLong(), buffer.getLong());
                // The decoder takes padding and ignores unused bits; a cursor has one spelling.
                if (cursor(id).equals(cursor)) {
                    return id;
                }
            }
        } catch (IllegalArgumentException e) {
            // Not base64: refused below like any other cursor that is not ours.
        }
        throw Problem.invalid("cursor", "invalid_cursor", "is not a cursor of this list");
    }

    /** The page size; 50 unless told, refused outside 1 to 200. */
    public static int limit(@Nullable Integer limit) {
        if (limit == null) {
            return DEFAULT_LIMIT;
        }
        if (limit < 1 || limit > MAX_LIMIT) {
            throw Problem.invalid("limit", "out_of_range", "must be between 1 and " + MAX_LIMIT);
        }
        return limit;
    }
}
