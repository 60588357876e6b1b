package ai.celune.tour;

import ai.celune.launcher.Arguments;
import ai.celune.launcher.Refusal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the tour was asked for. Without a base URL it starts its own Celune and throws it away afterwards. */
record TourOptions(
        boolean json,
        @Nullable String baseUrl,
        List<String> accessCodes,
        int providerPort,
        @Nullable String providerUrl,
        @Nullable String providerKey) {

    static TourOptions parse(Arguments arguments) {
        boolean json = false;
        @Nullable String baseUrl = null;
        List<String> accessCodes = new ArrayList<>();
        int providerPort = 0;
        @Nullable String providerUrl = null;
        @Nullable String providerKey = null;
        for (String option = arguments.nextOption(); option != null; option = arguments.nextOption()) {
            switch (option) {
                case "--json" -> json = true;
                case "--base-url" -> baseUrl = arguments.url(option);
                case "--access-code" -> accessCodes.add(arguments.value(option));
                case "--provider-port" -> providerPort = arguments.port(option);
                case "--provider-url" -> providerUrl = arguments.url(option);
                case "--provider-key" -> providerKey = arguments.value(option);
                default -> throw arguments.unknown(option);
            }
        }
        TourOptions options = new TourOptions(json, baseUrl, accessCodes, providerPort, providerUrl, providerKey);
        options.check();
        return options;
    }

    private void check() {
        if ((providerUrl == null) != (providerKey == null)) {
            throw Refusal.usage("--provider-url and --provider-key go together");
        }
        if (accessCodes.size() > 2) {
            throw Refusal.usage("--access-code is given at most twice");
        }
        if (baseUrl == null && !accessCodes.isEmpty()) {
            throw Refusal.usage("--access-code needs --base-url");
        }
        if (baseUrl != null && accessCodes.isEmpty()) {
            throw Refusal.usage("--base-url needs --access-code");
        }
        if (baseUrl != null && providerUrl == null && providerPort == 0) {
            throw Refusal.usage("--base-url needs --provider-port: the port that service was told to call");
        }
    }
}
