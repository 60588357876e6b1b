package ai.celune.support;

import ai.celune.embedded.EmbeddedDatabase;
import ai.celune.embedded.FileTree;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A fresh database, key ring and bootstrap code for each start of the service under test. */
public final class PostgresResource implements QuarkusTestResourceLifecycleManager {
    /** Usable once for sign-up; its account is the platform operator. */
    public static final String BOOTSTRAP_CODE = "TEST-BOOTSTRAP-CODE-0001";

    /** What a scraper of metrics shows. */
    public static final String METRICS_TOKEN = "test-metrics-token";

    private static final String URL_PROPERTY = "celune.test.superuser-jdbc-url";

    private @Nullable String database;

    @Override
    public Map<String, String> start() {
        TestCluster cluster = TestCluster.running();
        try {
            String name = cluster.freshDatabase();
            database = name;
            String url = cluster.server().jdbcUrl(name);
            System.setProperty(
                    URL_PROPERTY,
                    url + "?user=" + cluster.server().superuser() + "&password="
                            + cluster.server().superuserPassword());
            Map<String, String> properties = new HashMap<>(EmbeddedDatabase.properties(url, cluster.passwords()));
            Path files = cluster.folder().resolve(name);
            FileTree.delete(files);
            Files.createDirectories(files);
            Path code = Files.writeString(files.resolve("bootstrap-code"), BOOTSTRAP_CODE);
            properties.put("celune.bootstrap.access-code-file", code.toString());
            Path metrics = Files.writeString(files.resolve("metrics-token"), METRICS_TOKEN);
            properties.put("celune.metrics.token-file", metrics.toString());
            properties.put("celune.keyring.file", files.resolve("keyring.json").toString());
            return properties;
        } catch (SQLException e) {
            throw new IllegalStateException("no test database", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stop() {
        if (database != null) {
            try {
                TestCluster.running().drop(database);
            } catch (SQLException e) {
                throw new IllegalStateException("cannot drop the test database", e);
            }
        }
    }

    /** The current test database as superuser, whom row-level security does not bind: for assertions on stored rows. */
    public static String superuserJdbcUrl() {
        String url = System.getProperty(URL_PROPERTY);
        if (url == null) {
            throw new IllegalStateException("no PostgresResource was started");
        }
        return url;
    }
}
