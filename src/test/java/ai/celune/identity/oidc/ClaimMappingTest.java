package ai.celune.identity.oidc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.web.Problem;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What claims give: roles before groups, in the order of the configuration, and nothing by guessing. */
class ClaimMappingTest {
    private static final ClaimMapping MAPPING = mapping(List.of("boss=admin", "staff=member"), List.of("g1=auditor"));

    private static ClaimMapping mapping(List<String> roles, List<String> groups) {
        return ClaimMapping.of("example", new ProviderSettings(roles, groups));
    }

    private static JsonObject claims(String json) {
        return new JsonObject(json.replace('\'', '"'));
    }

    @Test
    void anApplicationRoleCountsBeforeAGroup() {
        assertEquals(Optional.of("member"), MAPPING.role(claims("{'roles':['staff'],'groups':['g1']}")));
        assertEquals(Optional.of("auditor"), MAPPING.role(claims("{'roles':['other'],'groups':['g1']}")));
    }

    @Test
    void theFirstOfTheConfigurationCounts() {
        assertEquals(Optional.of("admin"), MAPPING.role(claims("{'roles':['staff','boss']}")));
    }

    @Test
    void whatIsNoListOfTextsGivesNothing() {
        for (String roles : List.of("'boss'", "null", "{'boss':true}", "[['boss']]", "[1]", "['BOSS']", "['boss ']")) {
            assertEquals(Optional.empty(), MAPPING.role(claims("{'roles':" + roles + "}")), roles);
        }
    }

    @Test
    void groupsThatDoNotFitIntoTheTokenAreSeen() {
        JsonObject elsewhere = claims("{'_claim_names':{'groups':'src1'},'_claim_sources':{'src1':{}}}");
        assertTrue(MAPPING.overage(elsewhere));
        assertTrue(MAPPING.overage(claims("{'hasgroups':true}")));
        assertFalse(MAPPING.overage(claims("{'_claim_names':{'other':'src1'}}")));
        assertFalse(mapping(List.of("boss=admin"), List.of()).overage(elsewhere));
    }

    @Test
    void overageIsRefusedByNameUnlessARoleLetsIn() {
        Provider provider = Provider.of("example", new ProviderSettings(List.of("boss=admin"), List.of("g1=member")));
        JsonObject overage = claims("{'sub':'s','_claim_names':{'groups':'src1'}}");
        ProviderSignIn refused = new ProviderSignIn(provider, overage, new ProviderTokens(null, null));
        assertEquals(
                "group_overage",
                assertThrows(Problem.class, refused::role).code().code());
        JsonObject entitled = overage.copy().put("roles", List.of("boss"));
        assertEquals("admin", new ProviderSignIn(provider, entitled, new ProviderTokens(null, null)).role());
    }

    @Test
    void aMappingThatSaysNothingIsNamed() {
        IllegalStateException refused =
                assertThrows(IllegalStateException.class, () -> mapping(List.of("boss"), List.of()));
        assertEquals("celune.oidc.example.roles must be a list of value=role", refused.getMessage());
    }
}
