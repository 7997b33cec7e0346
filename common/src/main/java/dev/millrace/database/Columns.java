package dev.millrace.database;

import java.math.BigDecimal;
import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// Turns a list of rows into one SQL array a column, for statements that begin `select * from unnest(…)`: one plan
/// and one round trip, whatever the number of rows.
public record Columns<T>(Connection connection, List<T> rows) {

    public Array uuids(Function<T, @Nullable UUID> column) throws SQLException {
        return connection.createArrayOf("uuid", rows.stream().map(column).toArray());
    }

    public Array ints(ToIntFunction<T> column) throws SQLException {
        return connection.createArrayOf(
                "int4", rows.stream().mapToInt(column).boxed().toArray());
    }

    /// For columns that may be null.
    public Array integers(Function<T, @Nullable Integer> column) throws SQLException {
        return connection.createArrayOf("int4", rows.stream().map(column).toArray());
    }

    public Array longs(Function<T, @Nullable Long> column) throws SQLException {
        return connection.createArrayOf("int8", rows.stream().map(column).toArray());
    }

    public Array numerics(Function<T, @Nullable BigDecimal> column) throws SQLException {
        return connection.createArrayOf("numeric", rows.stream().map(column).toArray());
    }

    public Array texts(Function<T, @Nullable String> column) throws SQLException {
        return connection.createArrayOf("text", rows.stream().map(column).toArray());
    }

    /// For what others wrote, such as a provider's error: it is stored whatever it holds.
    public Array foreignTexts(Function<T, @Nullable String> column) throws SQLException {
        return texts(column.andThen(Columns::storable));
    }

    /// PostgreSQL takes no NUL in a text; the replacement character shows where one was.
    public static @Nullable String storable(@Nullable String text) {
        return text == null ? null : text.replace('\0', '\ufffd');
    }

    public Array booleans(Predicate<T> column) throws SQLException {
        return connection.createArrayOf("bool", rows.stream().map(column::test).toArray());
    }

    public Array bytes(Function<T, byte @Nullable []> column) throws SQLException {
        var values = new byte[rows.size()][];
        for (int i = 0; i < values.length; i++) {
            values[i] = column.apply(rows.get(i));
        }
        return connection.createArrayOf("bytea", values);
    }
}
