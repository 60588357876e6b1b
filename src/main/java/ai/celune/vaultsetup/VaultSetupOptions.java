package ai.celune.vaultsetup;

import ai.celune.launcher.Arguments;
import ai.celune.launcher.Refusal;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is to be prepared, and where.
 *
 * @param caFile authorities that vouch for Vault, in PEM form; null for the JDK's own
 * @param appRole where the AppRole method is mounted; null for no AppRole
 * @param secretIds folder that gets a fresh secret id per identity; null for none
 * @param jwt where a jwt or kubernetes method is mounted that is configured already; null for no roles there
 * @param audience what a JWT must be meant for
 * @param serviceAccount namespace:name of the Kubernetes service account that may sign in
 */
record VaultSetupOptions(
        boolean dryRun,
        String address,
        String token,
        @Nullable String namespace,
        @Nullable Path caFile,
        String transitMount,
        String kvMount,
        @Nullable String appRole,
        @Nullable Path secretIds,
        @Nullable String jwt,
        String audience,
        @Nullable String serviceAccount) {

    static VaultSetupOptions parse(Arguments arguments, Map<String, String> environment) {
        boolean dryRun = false;
        String transit = "celune-transit";
        String kv = "celune-kv";
        @Nullable String appRole = null;
        @Nullable Path secretIds = null;
        @Nullable String jwt = null;
        String audience = "vault";
        @Nullable String serviceAccount = null;
        for (String option = arguments.nextOption(); option != null; option = arguments.nextOption()) {
            switch (option) {
                case "--dry-run" -> dryRun = true;
                case "--transit-mount" -> transit = mount(arguments, option);
                case "--kv-mount" -> kv = mount(arguments, option);
                case "--approle" -> appRole = mount(arguments, option);
                case "--secret-ids" -> secretIds = Path.of(arguments.value(option));
                case "--jwt" -> jwt = mount(arguments, option);
                case "--audience" -> audience = arguments.value(option);
                case "--service-account" -> serviceAccount = arguments.value(option);
                default -> throw arguments.unknown(option);
            }
        }
        if (secretIds != null && appRole == null) {
            throw Refusal.usage("--secret-ids needs --approle");
        }
        if ((jwt == null) != (serviceAccount == null)) {
            throw Refusal.usage("--jwt and --service-account go together");
        }
        if (serviceAccount != null && !serviceAccount.matches("[a-z0-9-]+:[a-z0-9.-]+")) {
            throw Refusal.usage("--service-account is NAMESPACE:NAME");
        }
        String caFile = environment.get("VAULT_CACERT");
        return new VaultSetupOptions(
                dryRun,
                needed(environment, "VAULT_ADDR"),
                needed(environment, "VAULT_TOKEN"),
                environment.get("VAULT_NAMESPACE"),
                caFile == null ? null : Path.of(caFile),
                transit,
                kv,
                appRole,
                secretIds,
                jwt,
                audience,
                serviceAccount);
    }

    private static String mount(Arguments arguments, String option) {
        String mount = arguments.value(option);
        if (!mount.matches("[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")) {
            throw Refusal.usage(option + " takes a path without slashes at its ends");
        }
        return mount;
    }

    private static String needed(Map<String, String> environment, String name) {
        String value = environment.get(name);
        if (value == null || value.isBlank()) {
            throw Refusal.of("vault-setup needs " + name + " in its environment, as Vault's own command does");
        }
        return value;
    }

    @Override
    public String toString() {
        return "VaultSetupOptions[" + address + "]";
    }
}
