package ai.celune.embedded;

import java.util.LinkedHashMap;
import java.util.Map;

/** The properties with which the service reaches the embedded server, each pool as its own role. */
public final class EmbeddedDatabase {
    private EmbeddedDatabase() {}

    public static Map<String, String> properties(String jdbcUrl, Passwords passwords) {
        Map<String, String> properties = new LinkedHashMap<>();
        datasource(properties, "quarkus.datasource.", jdbcUrl, "celune_app", passwords.app());
        datasource(properties, "quarkus.datasource.authn.", jdbcUrl, "celune_authn", passwords.authn());
        datasource(properties, "quarkus.datasource.audit.", jdbcUrl, "celune_audit", passwords.audit());
        properties.put("quarkus.flyway.jdbc-url", jdbcUrl);
        properties.put("quarkus.flyway.username", "celune_migrate");
        properties.put("quarkus.flyway.password", passwords.migrate());
        properties.put("quarkus.flyway.init-sql", "set role celune_owner");
        properties.put("quarkus.flyway.migrate-at-start", "true");
        return properties;
    }

    private static void datasource(
            Map<String, String> properties, String prefix, String jdbcUrl, String role, String password) {
        properties.put(prefix + "jdbc.url", jdbcUrl);
        properties.put(prefix + "username", role);
        properties.put(prefix + "password", password);
    }
}
