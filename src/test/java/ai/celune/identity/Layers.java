package ai.celune.identity;

import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource;
import io.quarkus.security.spi.runtime.AuthorizationController;
import io.quarkus.test.junit.QuarkusTestProfile;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A service in which a test switches off one of the layers that every request passes (R20); the fourth, row security, is the database's. All that
 * tests want otherwise than usual and that does not disturb each other is here, since every profile costs a build of the application.
 */
public final class Layers implements QuarkusTestProfile {
    /** What can be switched off. */
    public enum Layer {
        AUTHENTICATION,
        MEMBERSHIP,
        PERMISSION
    }

    private static volatile @Nullable Layer off;

    public static void off(Layer layer) {
        off = layer;
    }

    public static void allOn() {
        off = null;
    }

    /** Of API keys, provider keys and members. */
    public static final int QUOTA = 8;

    @Override
    public Map<String, String> getConfigOverrides() {
        String quota = Integer.toString(QUOTA);
        return Map.of(
                "celune.quota.api-keys", quota,
                "celune.quota.provider-keys", quota,
                "celune.quota.members", quota,
                "celune.quota.slack-connections", quota,
                "celune.broker.call.open-streams", "64");
    }

    @Override
    public Set<Class<?>> getEnabledAlternatives() {
        return Set.of(Tokens.class, Lookups.class, Permissions.class);
    }

    /** Believes what a token says, whoever signed it. */
    @Alternative
    @Singleton
    static class Tokens extends AccessTokens {
        Tokens(SigningKeys keys, IdentityConfig config, Clock clock) {
            super(keys, config, clock);
        }

        @Override
        Optional<UUID> session(String token) {
            if (off != Layer.AUTHENTICATION) {
                return super.session(token);
            }
            try {
                return Optional.of(UUID.fromString(new JwtConsumerBuilder()
                        .setSkipAllValidators()
                        .setDisableRequireSignature()
                        .setSkipSignatureVerification()
                        .build()
                        .processToClaims(token)
                        .getStringClaimValue("sid")));
            } catch (InvalidJwtException | MalformedClaimException e) {
                throw new IllegalArgumentException(e);
            }
        }
    }

    /** Does not mind that a session's person is no member of its workspace any more. */
    @Alternative
    @Singleton
    static class Lookups extends IdentityLookups {
        Lookups(@DataSource("authn") AgroalDataSource authn) {
            super(authn);
        }

        @Override
        Optional<KnownSession> session(UUID id) {
            return super.session(id)
                    .map(known -> off != Layer.MEMBERSHIP || known.role() != null
                            ? known
                            : new KnownSession(
                                    known.id(),
                                    known.userId(),
                                    known.workspaceId(),
                                    known.expiresAt(),
                                    known.ended(),
                                    known.platformOperator(),
                                    known.emailVerified(),
                                    "none",
                                    known.ownRolePermissions(),
                                    known.brokerPerMinute(),
                                    known.provedAt()));
        }
    }

    /** Asks nobody for permissions. */
    @Alternative
    @Singleton
    static class Permissions extends AuthorizationController {
        @Override
        public boolean isAuthorizationEnabled() {
            return off != Layer.PERMISSION;
        }
    }
}
