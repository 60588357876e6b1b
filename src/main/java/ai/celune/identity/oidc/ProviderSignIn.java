package ai.celune.identity.oidc;

import ai.celune.web.Problem;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A person whom a provider has just vouched for: the claims of an ID token that quarkus-oidc has verified, and the tokens that came with it. */
public record ProviderSignIn(Provider provider, JsonObject claims, ProviderTokens tokens) {
    private static final Pattern EMAIL = Pattern.compile("[!-?A-~]{1,64}@[!-?A-~]{1,189}");

    public String issuer() {
        return claims.getString("iss");
    }

    /**
     * What names the person at the issuer for good.
     *
     * @throws Problem {@code sign_in_refused} when the token lacks it
     */
    public String subject() {
        if (claims.getValue(provider.settings().subjectClaim()) instanceof String subject && !subject.isBlank()) {
            return subject;
        }
        throw refused("no_subject");
    }

    /** The {@code sub} by which the provider's logouts name the person. */
    public String providerSubject() {
        return claims.getString("sub");
    }

    /** The {@code sid} by which they name the session at the provider. */
    public @Nullable String providerSession() {
        return claims.getString("sid");
    }

    /** For display only: whether it is verified, or somebody else's too, is not known. */
    public @Nullable String email() {
        return claims.getValue("email") instanceof String email
                        && EMAIL.matcher(email).matches()
                ? email.toLowerCase(Locale.ROOT)
                : null;
    }

    public Optional<UUID> workspace() {
        return provider.settings().workspace();
    }

    /**
     * The role that the claims give in the provider's workspace.
     *
     * @throws Problem {@code group_overage} or {@code sign_in_refused} when they give none
     */
    public String role() {
        return provider.mapping().role(claims).orElseThrow(() -> {
            if (provider.mapping().overage(claims)) {
                return new Problem(OidcErrors.GROUP_OVERAGE).recordedAs(OidcEvents.refused(provider, "group_overage"));
            }
            return refused("no_role");
        });
    }

    /**
     * The refusal of a person who is who they are.
     *
     * @param reason for the operator log
     */
    public Problem refused(String reason) {
        return new Problem(OidcErrors.SIGN_IN_REFUSED).recordedAs(OidcEvents.refused(provider, reason));
    }

    @Override
    public String toString() {
        return "ProviderSignIn[" + provider.name() + "]";
    }
}
