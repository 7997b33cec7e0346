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
import org.jspecify.annotations.Nullable;

/// The table of what is drawn.
final class Draws {

    private static final String BEGIN = """
            insert into share (name, minute, drawn)
            select name, minute, 0 from unnest(?::text[], ?::timestamptz[]) as d(name, minute)
            order by name, minute
            on conflict do nothing
            """;

    // Of a limit that holds for any sixty seconds, what was used in the minute before counts as long as it is not older
    // than that. What was drawn then and is written down as used by nobody counts while that may still be on its way.
    // Locked in one order, or two processes wait for each other; and looked at under the lock, so that no two get the
    // same part of a limit.
    private static final String DRAW = """
            with asked as (
                select *
                from unnest(?::text[], ?::timestamptz[], ?::bigint[], ?::bigint[], ?::bigint[], ?::timestamptz[],
                            ?::bool[])
                     as d(name, minute, most, used, want, since, fresh)
            ), locked as (
                select s.name, s.minute, s.drawn
                from share s join asked d on d.name = s.name and d.minute = s.minute
                order by s.name, s.minute
                for update of s
            ), uses as (
                select d.name, d.minute, sum(s.drawn) as whole, sum(s.drawn) filter (where s.minute >= d.since) as late
                from asked d join share s on s.name = d.name || ' used' and s.minute < d.minute
                                             and s.minute >= d.minute - interval '1 minute'
                where d.since is not null
                group by d.name, d.minute
            ), counted as (
                select d.name, d.minute,
                       case when d.since is null then 0 else
                           coalesce(u.late, 0) + coalesce(n.drawn, 0)
                           + case when d.fresh then greatest(0, coalesce(p.drawn, 0) - coalesce(u.whole, 0)) else 0 end
                       end as before
                from asked d
                     left join uses u on u.name = d.name and u.minute = d.minute
                     left join share p on p.name = d.name and p.minute = d.minute - interval '1 minute'
                     left join share n on n.name = d.name and n.minute = d.minute + interval '1 minute'
            )
            update share s
            set drawn = greatest(0, l.drawn + d.used
                                    + greatest(0, least(d.want, d.most - c.before - l.drawn - d.used)))
            from locked l
                 join asked d on d.name = l.name and d.minute = l.minute
                 join counted c on c.name = l.name and c.minute = l.minute
            where s.name = l.name and s.minute = l.minute
            returning s.name, extract(epoch from s.minute)::bigint, s.drawn - l.drawn - d.used, s.drawn, c.before
            """;

    private static final String FORGET = "delete from share where minute < now() - interval '10 minutes'";

    private final Database database;

    Draws(Database database) {
        this.database = database;
    }

    List<Draw.Drawn> draw(List<Draw> draws) {
        var sorted = draws.stream()
                .sorted(Comparator.comparing(Draw::name).thenComparingLong(Draw::at))
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
            statement.setArray(
                    6,
                    connection.createArrayOf(
                            "timestamptz", draws.stream().map(Draws::since).toArray()));
            statement.setArray(
                    7,
                    connection.createArrayOf(
                            "bool", draws.stream().map(Draw::fresh).toArray()));
            var drawn = new ArrayList<Draw.Drawn>(draws.size());
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    drawn.add(new Draw.Drawn(
                            rows.getString(1), rows.getLong(2), rows.getLong(3), rows.getLong(4), rows.getLong(5)));
                }
            }
            return drawn;
        }
    }

    private static Object[] names(List<Draw> draws) {
        return draws.stream().map(Draw::name).toArray();
    }

    private static Object[] minutes(List<Draw> draws) {
        return draws.stream().map(draw -> time(draw.at())).toArray();
    }

    private static @Nullable Object since(Draw draw) {
        return draw.since().isPresent() ? time(draw.since().getAsLong()) : null;
    }

    private static String time(long second) {
        return OffsetDateTime.ofInstant(Instant.ofEpochSecond(second), ZoneOffset.UTC)
                .toString();
    }

    void forget() {
        database.client().sql(FORGET).update();
    }
}
