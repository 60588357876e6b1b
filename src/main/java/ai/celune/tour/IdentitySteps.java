package ai.celune.tour;

import static ai.celune.tour.StepFailure.require;
import static ai.celune.tour.World.object;

import ai.celune.tour.Steps.Held;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** From an access code to an API key. */
final class IdentitySteps {
    private final World world;

    IdentitySteps(World world) {
        this.world = world;
    }

    Held signUp() {
        String code = world.accessCodes.getFirst();
        Reply created = signUp(world.email, code, "Tour").expect(201);
        created.required("accessToken");
        created.required("refreshToken");
        created.required("expiresIn");
        world.workspaceId = created.required("workspaceId");
        signUp("again-" + world.email, code, "Again").expectProblem(422, "access_code_invalid");
        return new Held(201, "workspace " + world.workspaceId + "; the code works once");
    }

    Held signIn() {
        ObjectNode credentials = object().put("email", world.email).put("password", world.password);
        Reply tokens = world.http.post("/v1/auth/sign-in", null, credentials).expect(200);
        world.token = tokens.required("accessToken");
        Reply me = world.http.get("/v1/me", world.token).expect(200);
        require(world.workspaceId.equals(me.text("workspaceId")), "the new workspace in /v1/me", me.toString());
        require("owner".equals(me.text("role")), "role owner in /v1/me", me.toString());
        return new Held(200, "signed in as owner");
    }

    Held apiKey() {
        ObjectNode account = object().put("name", "tour-agent").put("role", "member");
        world.serviceAccountId = world.http
                .post("/v1/service-accounts", world.token, account)
                .expect(201)
                .required("id");
        World.ApiKey key = world.createApiKey("tour", List.of("provider-keys:read"), List.of());
        require(key.key().matches("clk_(local|test|live)_[0-9A-Za-z]{49}"), "a Celune key", "another format");
        world.http.get("/v1/api-keys/" + key.id(), world.token).expect(200).expectNowhere(key.key(), "API key");
        Reply me = world.http.get("/v1/me", key.key()).expect(200);
        JsonNode principal = me.json().path("principal");
        require(
                world.serviceAccountId.equals(principal.path("id").asText()),
                "the service account in /v1/me",
                me.toString());
        return new Held(201, "a service account and its key, shown once");
    }

    /** A second workspace, by the second code or by one that the platform operator issues. */
    String signUpStranger() {
        String code = world.accessCodes.size() > 1
                ? world.accessCodes.get(1)
                : world.http
                        .post("/v1/platform/access-codes", world.token, object())
                        .expect(201)
                        .required("code");
        return signUp("stranger-" + world.email, code, "Stranger").expect(201).required("accessToken");
    }

    private Reply signUp(String email, String code, String workspace) {
        ObjectNode body = object().put("email", email)
                .put("password", world.password)
                .put("accessCode", code)
                .put("workspaceName", workspace);
        return world.http.post("/v1/auth/sign-up", null, body);
    }
}
