package ai.celune.broker;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.async.ByteArrayFeeder;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Looks for values at named places of a JSON text that comes in pieces, and keeps nothing else of it. A place counts from the root of an object, or of
 * each object of a list; what only looks like it elsewhere is not taken. Of a place that occurs again the last value counts.
 */
final class JsonPlaces {
    private static final int DEEPEST = 100;
    private static final int LONGEST_NUMBER = 100;
    /** Mistakes after which nothing more is looked at: a parser for each of many tiny values that are none costs more than all else in a call. */
    private static final int MOST_MISTAKES = 100;

    /** Names of fields are the provider's to choose: not for the table of texts that the process shares. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxNumberLength(LONGEST_NUMBER)
                    .build())
            .build();

    private static final byte[] SPACE = {'\n'};

    /** A name on the way to a place; {@code place} is its number where it is one. */
    private static final class Name {
        private final Map<String, Name> next = new HashMap<>();
        private int place = -1;

        Name to(String name) {
            return next.getOrDefault(name, NOWHERE);
        }
    }

    private static final Name NOWHERE = new Name();

    private final Name root = new Name();
    private final @Nullable Object[] found;
    private final Deque<Name> open = new ArrayDeque<>();
    private final LongTexts texts = new LongTexts();
    private byte[] cut = {};
    private Name here = root;
    private @Nullable JsonParser parser;
    private boolean broken;
    private int mistakes;

    /** @param places names on the way to each, from the root */
    JsonPlaces(List<List<String>> places) {
        found = new Object[places.size()];
        for (int i = 0; i < found.length; i++) {
            Name name = root;
            for (String step : places.get(i)) {
                name = name.next.computeIfAbsent(step, first -> new Name());
            }
            name.place = i;
        }
    }

    /** Takes the next piece of the text; what follows a mistake in it is not looked at. */
    void read(byte[] piece, int from, int to) {
        if (broken || from == to) {
            return;
        }
        if (cut.length < to - from) {
            cut = new byte[to - from];
        }
        try {
            feed(cut, texts.cut(piece, from, to, cut));
        } catch (IOException | RuntimeException e) {
            // Whatever the parser thinks of it: the text is not ours, and passes on its way.
            broken = true;
        }
    }

    /** What comes now begins a value of its own, whatever became of the one before. */
    void next() {
        read(SPACE, 0, SPACE.length);
        if (mistakes < MOST_MISTAKES && (broken || !open.isEmpty())) {
            mistakes++;
            parser = null;
            open.clear();
            texts.reset();
            here = root;
            broken = false;
        }
    }

    boolean isBroken() {
        return broken;
    }

    /** The last text or number at a place; null when there was none. */
    @Nullable
    Object at(int place) {
        return found[place];
    }

    private void feed(byte[] bytes, int length) throws IOException {
        JsonParser reading = parser == null ? JSON.createNonBlockingByteArrayParser() : parser;
        parser = reading;
        ((ByteArrayFeeder) reading.getNonBlockingInputFeeder()).feedInput(bytes, 0, length);
        for (JsonToken token = reading.nextToken();
                token != null && token != JsonToken.NOT_AVAILABLE;
                token = reading.nextToken()) {
            take(token, reading);
        }
    }

    private void take(JsonToken token, JsonParser reading) throws IOException {
        switch (token) {
            case FIELD_NAME -> here = open.element().to(reading.currentName());
            case START_OBJECT -> open.push(here);
            case START_ARRAY -> {
                here = open.isEmpty() ? root : NOWHERE;
                open.push(here);
            }
            case END_OBJECT, END_ARRAY -> {
                open.pop();
                // The next element of a list; a field of an object says itself where it is.
                here = open.isEmpty() ? root : open.element();
            }
            default -> {
                if (here.place >= 0) {
                    keep(token, reading);
                }
            }
        }
    }

    private void keep(JsonToken token, JsonParser reading) throws IOException {
        if (token == JsonToken.VALUE_STRING) {
            found[here.place] = reading.getText();
        } else if (token.isNumeric()) {
            found[here.place] = reading.getDoubleValue();
        }
    }
}
