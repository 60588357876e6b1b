package ai.celune.workspace;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A merge patch (RFC 7396) of a role: without permissions nothing changes. A class, because a record cannot tell absent from null. */
class ChangePermissions {
    @Size(min = 1, max = 100)
    private @Nullable Set<@NotNull String> permissions;

    @JsonSetter(nulls = Nulls.FAIL)
    void setPermissions(Set<String> value) {
        permissions = value;
    }

    @Nullable
    Set<String> permissions() {
        return permissions;
    }
}
