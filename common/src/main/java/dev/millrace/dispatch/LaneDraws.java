package dev.millrace.dispatch;

import dev.millrace.database.Database;
import dev.millrace.job.JobKind;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/// The table of what accepting services have drawn ahead of the lanes' room.
///
/// What is dispatched and what is drawn are never more than the room together: who adds to either counts both under the
/// lane's lock. Its statements are sent together and end without their sender, so that a process that is stopped in
/// the middle keeps nobody waiting.
final class LaneDraws {

    /// How long a draw is good for.
    static final Duration GOOD = Duration.ofSeconds(2);

    /// Held by whoever counts a lane and adds to it.
    static final String LOCK = "pg_advisory_xact_lock(hashtext('millrace.room.' || ?))";

    // In a statement before the one that counts: when no commit of the holder is under way, that one sees all of them.
    // A commit that begins later finds its time over.
    static final String FORGET = """
            delete from lane_draw
            where lane = ?
              and case when until < now() then pg_try_advisory_xact_lock(hashtextextended(holder::text, 0))
                       else false end
            """;

    private static final String DRAW = """
            with asked as (
                select ?::int as most, ?::int as room, ?::int as kept
            ), others as (
                select count(*) as holders, coalesce(sum(drawn), 0) as drawn from lane_draw
                where lane = ? and holder <> ?
            ), dispatched as (
                select count(*) as jobs from job_dispatch where lane = ? and take_backs = 0 and not passed_over
            ), shared as (
                -- An equal part of what all may draw, as far as the others leave it and the lane has room for it.
                select a.kept + greatest(0, least(a.most / (o.holders + 1), a.most - o.drawn, a.room - d.jobs - o.drawn)
                                            - a.kept)::int as places,
                       (o.holders + 1)::int as holders
                from asked a cross join others o cross join dispatched d
            )
            insert into lane_draw (holder, lane, drawn, until)
            select ?, ?, places, now() + ? * interval '1 ms' from shared
            -- What was forgotten in the meantime may be others' by now.
            where ? or exists (select 1 from lane_draw where holder = ?)
            on conflict (holder) do update set drawn = excluded.drawn, until = excluded.until
            returning drawn, until, (select holders from shared)
            """;

    private static final String ALL = "select " + LOCK + ";" + FORGET + ";" + DRAW;

    /// @param places of the holder, among them those that it kept
    /// @param holders how many have drawn from the lane, this one included
    record Drawn(int places, Instant until, int holders) {}

    private final Database database;
    private final int room;

    LaneDraws(Database database, int room) {
        this.database = database;
        this.room = room;
    }

    /// Draws up to an equal part of what may be drawn.
    ///
    /// @param most may be drawn by all together
    /// @param kept most of its places that the holder can still fill without this draw
    /// @param first whether the holder has drawn nothing before
    /// @return empty if the holder's places were forgotten; it draws again under another name
    Optional<Drawn> draw(UUID holder, JobKind kind, int most, int kept, boolean first) {
        return database.run(connection -> draw(connection, holder, kind.word(), most, kept, first));
    }

    private Optional<Drawn> draw(Connection connection, UUID holder, String lane, int most, int kept, boolean first)
            throws SQLException {
        try (var statement = connection.prepareStatement(ALL)) {
            int at = 1;
            statement.setString(at++, lane);
            statement.setString(at++, lane);
            statement.setInt(at++, most);
            statement.setInt(at++, room);
            statement.setInt(at++, kept);
            statement.setString(at++, lane);
            statement.setObject(at++, holder);
            statement.setString(at++, lane);
            statement.setObject(at++, holder);
            statement.setString(at++, lane);
            statement.setLong(at++, GOOD.toMillis());
            statement.setBoolean(at++, first);
            statement.setObject(at, holder);
            return third(statement);
        }
    }

    private static Optional<Drawn> third(PreparedStatement statement) throws SQLException {
        statement.execute();
        statement.getMoreResults();
        statement.getMoreResults();
        try (var rows = statement.getResultSet()) {
            return rows.next()
                    ? Optional.of(new Drawn(rows.getInt(1), rows.getTimestamp(2).toInstant(), rows.getInt(3)))
                    : Optional.empty();
        }
    }
}
