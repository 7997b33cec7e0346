package dev.millrace.benchmarks.stage;

import dev.millrace.quickstart.platform.Platform;
import dev.millrace.quickstart.postgres.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// The platform's tables, looked at from outside.
public final class Sql {

    private final EmbeddedPostgres postgres;

    public Sql(Platform platform) {
        this.postgres = platform.postgres();
    }

    /// Reads a row.
    @FunctionalInterface
    public interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    public <T> List<T> list(String query, RowReader<T> reader, Object... parameters) {
        try (var connection = postgres.connect(Platform.DATABASE);
                var statement = connection.prepareStatement(query)) {
            set(statement, parameters);
            var found = new ArrayList<T>();
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(reader.read(rows));
                }
            }
            return found;
        } catch (SQLException failure) {
            throw new IllegalStateException("This failed: " + query, failure);
        }
    }

    /// The number that a query of one answers with.
    public long number(String query, Object... parameters) {
        return list(query, row -> row.getLong(1), parameters).getFirst();
    }

    /// Carries out statements one after the other, however long each takes, each with its own commit.
    public void run(String... statements) {
        try (var connection = postgres.connect(Platform.DATABASE)) {
            connection.setNetworkTimeout(Runnable::run, 0);
            for (var sql : statements) {
                execute(connection, sql);
            }
        } catch (SQLException failure) {
            throw new IllegalStateException("The database could not be reached", failure);
        }
    }

    private static void execute(Connection connection, String sql) {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failure) {
            throw new IllegalStateException("This failed: " + sql, failure);
        }
    }

    private static void set(java.sql.PreparedStatement statement, Object... parameters) throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
    }
}
