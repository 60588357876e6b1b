package ai.celune.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

class PostgresResourceTest {
    @Test
    void eachStartHasAnEmptyDatabaseOfItsOwn() throws SQLException {
        PostgresResource first = new PostgresResource();
        PostgresResource second = new PostgresResource();
        first.start();
        execute("create table only_here ()");
        String before = PostgresResource.superuserJdbcUrl();
        second.start();
        assertEquals("0", one("select count(*) from pg_tables where tablename = 'only_here'"));
        first.stop();
        assertThrows(SQLException.class, () -> DriverManager.getConnection(before));
        assertEquals("1", one("select 1"));
        second.stop();
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(PostgresResource.superuserJdbcUrl());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String one(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(PostgresResource.superuserJdbcUrl());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
