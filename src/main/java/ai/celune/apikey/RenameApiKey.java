package ai.celune.apikey;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/** A merge patch (RFC 7396) of a key: without a name nothing changes. A class, because a record cannot tell absent from null. */
class RenameApiKey {
    @Size(min = 1, max = 100)
    private @Nullable String name;

    @JsonSetter(nulls = Nulls.FAIL)
    void setName(String value) {
        name = value.strip();
    }

    @Nullable
    String name() {
        return name;
    }
}
