package ai.celune.embedded;

import ai.celune.launcher.Console;
import ai.celune.launcher.PrivateFiles;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource.DataSourceLiteral;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.vertx.http.HttpServer;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/** Says where the service is, once it answers, to the person at the terminal and to whoever waits on a file. */
public final class Announcement implements QuarkusApplication {
    private static final String CODE_USED = "select used_at is not null from access_code where bootstrap";

    private final HttpServer server;
    private final Instance<AgroalDataSource> dataSources;
    private final ObjectMapper json;
    private final Console console = Console.standard();

    Announcement(HttpServer server, @Any Instance<AgroalDataSource> dataSources, ObjectMapper json) {
        this.server = server;
        this.dataSources = dataSources;
        this.json = json;
    }

    @Override
    public int run(String... args) throws IOException {
        String baseUrl = "http://127.0.0.1:" + server.getPort();
        String managementUrl = "http://127.0.0.1:" + managementPort();
        @Nullable String accessCode = accessCode();
        ObjectNode addresses = json.createObjectNode().put("baseUrl", baseUrl).put("managementUrl", managementUrl);
        PrivateFiles.write(
                Path.of(System.getProperty(Up.DATA_PROPERTY)).resolve(DataDirectory.RUNNING), addresses.toString());
        console.out(greeting(baseUrl, managementUrl, accessCode));
        @Nullable String readyFile = System.getProperty(Up.READY_FILE_PROPERTY);
        if (readyFile != null) {
            PrivateFiles.write(
                    Path.of(readyFile), addresses.put("accessCode", accessCode).toString());
        }
        Quarkus.waitForExit();
        return 0;
    }

    /** Quarkus registers the actual port only where it differs from the configured one. */
    private int managementPort() {
        int actual = server.getManagementPort();
        return actual < 0 ? ConfigProvider.getConfig().getValue("quarkus.management.port", Integer.class) : actual;
    }

    static String greeting(String baseUrl, String managementUrl, @Nullable String accessCode) {
        String code = accessCode == null ? "used; the platform operator issues more" : accessCode;
        return """

                Celune is ready.
                  API          %1$s
                  Management   %2$s
                  Access code  %3$s

                Try:
                  curl %2$s/q/health/ready
                  curl %1$s/q/openapi
                  curl -H 'Content-Type: application/json' %1$s/v1/auth/sign-up -d '{"email":"me@example.com","password":"correct horse battery staple","accessCode":"%4$s","workspaceName":"First"}'

                Ctrl-C stops everything.
                """.formatted(baseUrl, managementUrl, code, accessCode == null ? "CODE" : accessCode);
    }

    private @Nullable String accessCode() throws IOException {
        Path file = Path.of(System.getProperty("celune.bootstrap.access-code-file"));
        return codeUsed() ? null : Files.readString(file).strip();
    }

    /** A service without this pool or this table has used no code. */
    private boolean codeUsed() {
        Instance<AgroalDataSource> authn = dataSources.select(new DataSourceLiteral("authn"));
        if (!authn.isResolvable()) {
            return false;
        }
        try (Connection connection = authn.get().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(CODE_USED)) {
            return row.next() && row.getBoolean(1);
        } catch (SQLException e) {
            return false;
        }
    }
}
