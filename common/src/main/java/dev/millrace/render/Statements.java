package dev.millrace.render;

import dev.millrace.database.Columns;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Runs statements with their parameters in order. Those of this package are one step each; [RenderStore] and [Holds]
/// say which belong into one commit.
final class Statements {

    private Statements() {}

    static Optional<Integer> number(Connection connection, String sql, Object... parameters) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            set(statement, parameters);
            try (var rows = statement.executeQuery()) {
                return rows.next() ? Optional.of(rows.getInt(1)) : Optional.empty();
            }
        }
    }

    /// Sets parameters in order; a null must say its type to PostgreSQL, and text does for all nulls here.
    static int update(Connection connection, String sql, @Nullable Object... parameters) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            set(statement, parameters);
            return statement.executeUpdate();
        }
    }

    static void set(PreparedStatement statement, @Nullable Object... parameters) throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i] instanceof String text ? Columns.storable(text) : parameters[i]);
        }
    }
}
