package ai.celune.web;

import ai.celune.security.BrokerPath;
import io.vertx.ext.web.RoutingContext;
import java.util.regex.Pattern;

/** Names a request's route without the values in it, so that audit entries hold no client text. */
final class Routes {
    private static final Pattern ID = Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}");
    private static final Pattern PROXY = Pattern.compile("^" + BrokerPath.PREFIX + "([a-z][a-z0-9-]{1,31})/.*$");
    private static final Pattern PLAIN = Pattern.compile("(/[a-z0-9{}.-]{1,40}){1,8}");

    private Routes() {}

    static String template(RoutingContext context) {
        String path = context.request().path();
        if (path == null) {
            return "unknown";
        }
        String template =
                PROXY.matcher(ID.matcher(path).replaceAll("{id}")).replaceFirst(BrokerPath.PREFIX + "$1/{path}");
        return PLAIN.matcher(template).matches() ? template : "unknown";
    }
}
