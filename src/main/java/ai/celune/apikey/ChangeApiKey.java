package ai.celune.apikey;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A merge patch (RFC 7396) of a key: what is not named does not change. A class, because a record cannot tell absent from null. */
class ChangeApiKey {
    @Size(min = 1, max = 100)
    private @Nullable String name;

    @Size(max = 100)
    private @Nullable Set<@NotNull @AddressBlock String> allowedAddresses;

    @JsonSetter(nulls = Nulls.FAIL)
    void setName(String value) {
        name = value.strip();
    }

    /** An empty list allows calls from anywhere. */
    @JsonSetter(nulls = Nulls.FAIL)
    void setAllowedAddresses(Set<String> blocks) {
        allowedAddresses = blocks;
    }

    @Nullable
    String name() {
        return name;
    }

    /** Sorted; null for no change. */
    @Nullable
    List<String> allowedAddresses() {
        return allowedAddresses == null
                ? null
                : allowedAddresses.stream().sorted().toList();
    }
}
