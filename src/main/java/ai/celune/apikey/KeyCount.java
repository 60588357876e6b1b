package ai.celune.apikey;

import ai.celune.crypto.Binding;
import ai.celune.security.Actor;
import ai.celune.tenancy.Ids;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Calls of one key in one minute, as one process counts them. Replaced as a whole, so that whoever stores it has a consistent picture.
 *
 * @param addresses where they came from: the first {@value #MOST_ADDRESSES}, then {@value #MORE} for all others
 */
record KeyCount(
        UUID id,
        UUID workspace,
        Actor.Ref key,
        Actor.Ref principal,
        long calls,
        Instant first,
        Instant last,
        Set<String> addresses) {
    static final int MOST_ADDRESSES = 100;
    static final String MORE = "more";

    static KeyCount first(Actor actor, Instant at, String address) {
        return new KeyCount(
                Ids.next(), actor.workspace(), actor.credential(), actor.principal(), 1, at, at, Set.of(address));
    }

    KeyCount plus(Instant at, String address) {
        return new KeyCount(
                id,
                workspace,
                key,
                principal,
                calls + 1,
                at.isBefore(first) ? at : first,
                at.isAfter(last) ? at : last,
                with(address));
    }

    private Set<String> with(String address) {
        if (addresses.contains(address) || addresses.contains(MORE)) {
            return addresses;
        }
        Set<String> all = new TreeSet<>(addresses);
        all.add(addresses.size() < MOST_ADDRESSES ? address : MORE);
        return Set.copyOf(all);
    }

    Binding binding() {
        return new Binding(workspace, id, "api-key-use", 1);
    }
}
