package ai.celune.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.ext.web.RoutingContext;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Carries an invitation's code over the way to the provider and back. */
record InvitationCookie(RoutingContext context) {
    private static final String NAME = "__Host-celune-invitation";
    private static final int SECONDS = 600;

    void keep(@Nullable String code) {
        if (code != null) {
            // Hexadecimal, because a cookie holds no spaces or commas.
            set(HexFormat.of().formatHex(code.strip().getBytes(UTF_8)), SECONDS);
        } else if (context.request().getCookie(NAME) != null) {
            // Of a way that was not gone to its end.
            set("", 0);
        }
    }

    /** The code, this once. */
    @Nullable
    String take() {
        Cookie sent = context.request().getCookie(NAME);
        if (sent == null) {
            return null;
        }
        set("", 0);
        try {
            return new String(HexFormat.of().parseHex(sent.getValue()), UTF_8);
        } catch (IllegalArgumentException _) {
            throw Codes.refused("invitation");
        }
    }

    private void set(String value, int seconds) {
        context.response()
                .addCookie(Cookie.cookie(NAME, value)
                        .setPath("/")
                        .setSecure(true)
                        .setHttpOnly(true)
                        .setSameSite(CookieSameSite.LAX)
                        .setMaxAge(seconds));
    }
}
