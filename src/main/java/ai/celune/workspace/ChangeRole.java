package ai.celune.workspace;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/** A merge patch (RFC 7396) of a member: without a role nothing changes. A class, because a record cannot tell absent from null. */
class ChangeRole {
    @Size(min = 1, max = 40)
    private @Nullable String role;

    @JsonSetter(nulls = Nulls.FAIL)
    void setRole(String value) {
        role = value;
    }

    @Nullable
    String role() {
        return role;
    }
}
