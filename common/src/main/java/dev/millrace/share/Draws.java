package dev.millrace.share;

import dev.millrace.database.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The table of what is drawn.
final class Draws {

    private static final String BEGIN = """
            insert into share (name, minute, drawn)
            select name, minute, 0 from unnest(?::text[], ?::timestamptz[]) as d(name, minute)
            order by name, minute
            on conflict do nothing
            """;

    // Locked in one order, or two processes wait for each other; and looked at under the lock, so that no two get the
    // same part of a limit.
    private static final String DRAW = """
            with asked as (
                select *
                from unnest(?::text[], ?::timestamptz[], ?::bigint[], ?::bigint[], ?::bigint[])
                     as d(name, minute, most, used, want)
            ), locked as (
                select s.name, s.minute, s.drawn
                from share s join asked d on d.name = s.name and d.minute = s.minute
                order by s.name, s.minute
                for update of s
            )
            update share s
            set drawn = l.drawn + d.used + greatest(0, least(d.want, d.most - l.drawn - d.used))
            from locked l join asked d on d.name = l.name and d.minute = l.minute
            where s.name = l.name and s.minute = l.minute
            returning s.name, extract(epoch from s.minute)::bigint / 60, s.drawn - l.drawn - d.used, s.drawn
            """;

    private static final String FORGET = "delete from share where minute < now() - interval '10 minutes'";

    private final Database database;

    Draws(Database database) {
        this.database = database;
    }

    List<Draw.Drawn> draw(List<Draw> draws) {
        var sorted = draws.stream()
                .sorted(Comparator.comparing(Draw::name).thenComparingLong(Draw::minute))
                .toList();
        return database.inTransaction(connection -> {
            begin(connection, sorted);
            return drawn(connection, sorted);
        });
    }

    private static void begin(Connection connection, List<Draw> draws) throws SQLException {
        try (var statement = connection.prepareStatement(BEGIN)) {
            statement.setArray(1, connection.createArrayOf("text", names(draws)));
            statement.setArray(2, connection.createArrayOf("timestamptz", minutes(draws)));
            statement.executeUpdate();
        }
    }

    private static List<Draw.Drawn> drawn(Connection connection, List<Draw> draws) throws SQLException {
        try (var statement = connection.prepareStatement(DRAW)) {
            statement.setArray(1, connection.createArrayOf("text", names(draws)));
            statement.setArray(2, connection.createArrayOf("timestamptz", minutes(draws)));
            statement.setArray(
                    3,
                    connection.createArrayOf(
                            "bigint", draws.stream().map(Draw::most).toArray()));
            statement.setArray(
                    4,
                    connection.createArrayOf(
                            "bigint", draws.stream().map(Draw::used).toArray()));
            statement.setArray(
                    5,
                    connection.createArrayOf(
                            "bigint", draws.stream().map(Draw::want).toArray()));
            var drawn = new ArrayList<Draw.Drawn>(draws.size());
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    drawn.add(new Draw.Drawn(rows.getString(1), rows.getLong(2), rows.getLong(3), rows.getLong(4)));
                }
            }
            return drawn;
        }
    }

    private static Object[] names(List<Draw> draws) {
        return draws.stream().map(Draw::name).toArray();
    }

    private static Object[] minutes(List<Draw> draws) {
        return draws.stream()
                .map(draw -> OffsetDateTime.ofInstant(Instant.ofEpochSecond(draw.minute() * 60), ZoneOffset.UTC)
                        .toString())
                .toArray();
    }

    void forget() {
        database.client().sql(FORGET).update();
    }
}
