package ai.celune.tour;

import static ai.celune.tour.StepFailure.require;
import static ai.celune.tour.World.object;

import ai.celune.tour.Steps.Held;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.IntStream;

/** A provider key goes in and never comes out, for nobody. */
final class SecretSteps {
    /** Shorter pieces, like the last four characters, are shown on purpose. */
    private static final int PIECE = 8;

    private final World world;

    SecretSteps(World world) {
        this.world = world;
    }

    Held store() {
        ObjectNode body = object().put("provider", "openai").put("name", "tour").put("key", world.providerKey);
        Reply created = world.http.post("/v1/provider-keys", world.token, body).expect(201);
        requireNoPiece(created);
        world.providerKeyId = created.required("id");
        String last4 = world.providerKey.substring(world.providerKey.length() - 4);
        require(last4.equals(created.text("last4")), "last4 to be the last four characters", created.toString());
        created.required("fingerprint");
        world.agent = world.createApiKey(
                "tour-agent", List.of("provider-keys:read", "provider-keys:use"), List.of(world.providerKeyId));
        return new Held(201, "stored; an agent's key may use it");
    }

    Held check() {
        Reply checked = world.http
                .post("/v1/provider-keys/" + world.providerKeyId + "/check", world.token, object())
                .expect(200);
        require(checked.json().path("valid").asBoolean(), "a valid key", checked.toString());
        return new Held(200, "the provider takes the stored key");
    }

    /** The provider key is not stored anew, and its uses go on under whichever version seals it. */
    Held rotate(BrokerSteps broker) {
        Reply rotated = world.http
                .post("/v1/encryption-key/rotate", world.token, object())
                .expect(202);
        int version = rotated.json().path("version").asInt();
        require(version == 2, "version 2 of the workspace's key", rotated.toString());
        broker.plain();
        return new Held(202, "version " + version + " of the workspace's key seals, and the provider key is used on");
    }

    Held noReveal() {
        String path = "/v1/provider-keys/" + world.providerKeyId;
        for (String credential : List.of(world.token, world.agent.key())) {
            requireNoPiece(world.http.get(path, credential).expect(200));
            requireNoPiece(world.http.get("/v1/provider-keys", credential).expect(200));
        }
        return new Held(200, "item and list hold no " + PIECE + " characters of the key");
    }

    Held otherWorkspace(IdentitySteps identity) {
        String stranger = identity.signUpStranger();
        world.http.get("/v1/provider-keys/" + world.providerKeyId, stranger).expectProblem(404, "not_found");
        Reply list = world.http.get("/v1/provider-keys", stranger).expect(200);
        require(!list.body().contains(world.providerKeyId), "a list without the foreign key", list.toString());
        return new Held(404, "the key does not exist for a second workspace");
    }

    private void requireNoPiece(Reply reply) {
        String shown = reply.body() + reply.headers();
        String key = world.providerKey;
        boolean revealed = IntStream.rangeClosed(0, key.length() - PIECE)
                .anyMatch(start -> shown.contains(key.substring(start, start + PIECE)));
        require(!revealed, reply.request() + " to hold no part of the provider key", "a part of it");
    }
}
