package ai.celune.vaultsetup;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.celune.launcher.Arguments;
import ai.celune.launcher.Console;
import ai.celune.launcher.PrivateFiles;
import ai.celune.launcher.Refusal;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** {@code ./celune vault-setup}: one line per thing, and nothing changed that is as wanted. */
public final class VaultSetup {
    public static final String USAGE = """
            Usage: ./celune vault-setup [--dry-run] [OPTION...]

            Prepares the Vault at VAULT_ADDR with the operator's token VAULT_TOKEN (VAULT_NAMESPACE and VAULT_CACERT as in
            Vault's own command): a transit mount that makes no keys by accident, a KV mount, a policy per identity, and roles
            to sign in by. Can be run again; says what it changed.

              --dry-run                   say what would change, and change nothing
              --transit-mount PATH        default celune-transit
              --kv-mount PATH             default celune-kv
              --approle PATH              an AppRole per identity, the method mounted there
              --secret-ids DIR            a fresh secret id per identity in DIR, readable by its owner only
              --jwt PATH                  a role per identity for tokens of a jwt or kubernetes method configured there
              --service-account NS:NAME   whose tokens those are
              --audience NAME             whom those tokens are meant for, default vault""";

    private static final List<String> IDENTITIES = List.of("runtime", "key-worker", "checkpoint-signer");
    private static final Map<String, ?> LIFE = Map.of("token_ttl", 3600, "token_max_ttl", 86_400);

    private final VaultSetupOptions options;
    private final VaultAdmin vault;
    private final Console console;
    private int changes;

    private VaultSetup(VaultSetupOptions options, VaultAdmin vault, Console console) {
        this.options = options;
        this.vault = vault;
        this.console = console;
    }

    /** Exit code 0 when Vault is, or with --dry-run could be, as wanted. */
    public static int run(Arguments arguments, Map<String, String> environment, Console console) {
        VaultSetupOptions options = VaultSetupOptions.parse(arguments, environment);
        try (VaultAdmin vault = new VaultAdmin(options)) {
            new VaultSetup(options, vault, console).prepare();
            return 0;
        }
    }

    private void prepare() {
        transit();
        keyValues();
        IDENTITIES.forEach(this::policy);
        if (options.appRole() != null) {
            appRoles(options.appRole());
        }
        if (options.jwt() != null && options.serviceAccount() != null) {
            jwtRoles(options.jwt(), options.serviceAccount());
        }
        console.out(options.dryRun() ? changes + " to change; nothing was changed" : changes + " changed");
    }

    private void transit() {
        String mount = options.transitMount();
        JsonNode mounted = vault.read("sys/mounts").path(mount + "/");
        set(
                "transit engine at " + mount,
                mountedAs(mounted, mount, "transit"),
                "sys/mounts/" + mount,
                Map.of("type", "transit"));
        set(
                "no key made by use at " + mount,
                vault.read(mount + "/config/keys").path("disable_upsert").asBoolean(false),
                mount + "/config/keys",
                Map.of("disable_upsert", true));
        set(
                "key checkpoint at " + mount,
                vault.read(mount + "/keys/checkpoint").isObject(),
                mount + "/keys/checkpoint",
                Map.of("type", "ed25519"));
    }

    private void keyValues() {
        String mount = options.kvMount();
        JsonNode mounted = vault.read("sys/mounts").path(mount + "/");
        boolean there = mountedAs(mounted, mount, "kv");
        if (there && !mounted.path("options").path("version").asText().equals("2")) {
            throw Refusal.of(mount + "/ is a KV mount of version 1; name another by --kv-mount");
        }
        set(
                "KV version 2 engine at " + mount,
                there,
                "sys/mounts/" + mount,
                Map.of("type", "kv", "options", Map.of("version", "2")));
    }

    private static boolean mountedAs(JsonNode mounted, String mount, String type) {
        if (mounted.isObject() && !mounted.path("type").asText().equals(type)) {
            throw Refusal.of(mount + "/ is taken by an engine of type "
                    + mounted.path("type").asText());
        }
        return mounted.isObject();
    }

    private void policy(String identity) {
        String name = "celune-" + identity;
        String wanted = policyText(name);
        set(
                "policy " + name,
                vault.read("sys/policies/acl/" + name).path("policy").asText().equals(wanted),
                "sys/policies/acl/" + name,
                Map.of("policy", wanted));
    }

    /** The file of deploy/vault, for the mounts of this installation. */
    private String policyText(String name) {
        try (InputStream file = VaultSetup.class.getResourceAsStream("/vault/" + name + ".hcl")) {
            if (file == null) {
                throw new IllegalStateException("no policy " + name);
            }
            return new String(file.readAllBytes(), UTF_8)
                    .replace("\"celune-transit/", "\"" + options.transitMount() + "/")
                    .replace("\"celune-kv/", "\"" + options.kvMount() + "/");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void appRoles(String mount) {
        JsonNode mounted = vault.read("sys/auth").path(mount + "/");
        set(
                "AppRole method at " + mount,
                mountedAs(mounted, mount, "approle"),
                "sys/auth/" + mount,
                Map.of("type", "approle"));
        for (String identity : IDENTITIES) {
            String role = "auth/" + mount + "/role/celune-" + identity;
            Map<String, Object> wanted = new TreeMap<>(LIFE);
            wanted.put("token_policies", List.of("celune-" + identity));
            set("AppRole celune-" + identity, has(vault.read(role), wanted), role, wanted);
            if (!options.dryRun()) {
                console.out("           role id of celune-" + identity + ": "
                        + vault.read(role + "/role-id").path("role_id").asText());
            }
            if (options.secretIds() != null) {
                secretId(role, options.secretIds(), identity + "-secret-id");
            }
        }
    }

    private void secretId(String role, Path folder, String name) {
        Path file = folder.resolve(name);
        changes++;
        console.out((options.dryRun() ? "would make " : "made       ") + "a secret id in " + file);
        if (!options.dryRun()) {
            String secretId =
                    vault.write(role + "/secret-id", Map.of()).path("secret_id").asText();
            try {
                PrivateFiles.createDirectories(folder);
                PrivateFiles.write(file, secretId);
            } catch (IOException e) {
                throw Refusal.of("cannot write " + file + ": " + e.getMessage());
            }
        }
    }

    private void jwtRoles(String mount, String serviceAccount) {
        String type = vault.read("sys/auth").path(mount + "/").path("type").asText();
        Map<String, Object> bound = switch (type) {
            case "jwt" ->
                Map.of(
                        "role_type",
                        "jwt",
                        "user_claim",
                        "sub",
                        "bound_subject",
                        "system:serviceaccount:" + serviceAccount,
                        "bound_audiences",
                        List.of(options.audience()));
            case "kubernetes" ->
                Map.of(
                        "bound_service_account_namespaces",
                                List.of(serviceAccount.split(":", 2)[0]),
                        "bound_service_account_names", List.of(serviceAccount.split(":", 2)[1]),
                        "audience", options.audience());
            default ->
                throw Refusal.of("no jwt or kubernetes auth method is mounted at " + mount
                        + "/: mount and configure one for your cluster first");
        };
        for (String identity : IDENTITIES) {
            Map<String, Object> wanted = new TreeMap<>(bound);
            wanted.putAll(LIFE);
            wanted.put("token_policies", List.of("celune-" + identity));
            String role = "auth/" + mount + "/role/celune-" + identity;
            set(type + " role celune-" + identity, has(vault.read(role), wanted), role, wanted);
        }
    }

    private static boolean has(JsonNode stored, Map<String, Object> wanted) {
        return wanted.entrySet().stream()
                .allMatch(entry -> entry.getValue() instanceof List<?> list
                        ? list.equals(stored.path(entry.getKey())
                                .valueStream()
                                .map(JsonNode::asText)
                                .toList())
                        : stored.path(entry.getKey())
                                .asText()
                                .equals(entry.getValue().toString()));
    }

    private void set(String thing, boolean asWanted, String path, Map<String, ?> values) {
        if (asWanted) {
            console.out("as wanted  " + thing);
            return;
        }
        changes++;
        console.out((options.dryRun() ? "would set  " : "set        ") + thing);
        if (!options.dryRun()) {
            vault.write(path, values);
        }
    }
}
