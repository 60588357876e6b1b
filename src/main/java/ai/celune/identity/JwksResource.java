package ai.celune.identity;

import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jose4j.jwk.EllipticCurveJsonWebKey;

/** The public halves of the keys that sign access tokens (RFC 7517). */
@Path("/.well-known/jwks.json")
class JwksResource {
    private final SigningKeys keys;

    JwksResource(SigningKeys keys) {
        this.keys = keys;
    }

    @GET
    @PermitAll
    @Produces("application/json")
    @Operation(summary = "Publish the keys that verify access tokens")
    public Map<String, List<Map<String, Object>>> keys() {
        return Map.of(
                "keys",
                keys.published().entrySet().stream()
                        .map(entry -> {
                            EllipticCurveJsonWebKey key = new EllipticCurveJsonWebKey(entry.getValue());
                            key.setKeyId(entry.getKey());
                            key.setUse("sig");
                            key.setAlgorithm("ES256");
                            return key.toParams(org.jose4j.jwk.JsonWebKey.OutputControlLevel.PUBLIC_ONLY);
                        })
                        .toList());
    }
}
