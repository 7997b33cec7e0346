package dev.millrace.ledger;

import dev.millrace.database.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;

/// What unfinished jobs are estimated to cost. A reservation is written with the acceptance of its job and goes with
/// its end, in whose commit the real figure takes its place.
public final class Reservations {

    /// Part of an acceptance: reads `fresh`, the accepted jobs. Projects without a budget reserve nothing.
    public static final String RESERVE = """
            insert into reservation (job_id, project_id, amount)
            select f.id, f.project_id, f.estimate
            from fresh f join budget b on b.project_id = f.project_id
            where f.estimate is not null
            """;

    /// Part of an end: reads `gone`, the ended jobs. A render that can't be stopped is followed to its end, and may
    /// still cost what was reserved for it.
    public static final String RELEASE = """
            delete from reservation r using gone g
            where r.job_id = g.job_id and not exists (select from render f where f.job_id = r.job_id)
            """;

    private static final String RELEASE_AFTER_END = """
            delete from reservation r
            where r.job_id = ?
              and not exists (select from render f where f.job_id = r.job_id)
              and exists (select from job_end e where e.job_id = r.job_id)
            """;

    // The end is asked for one by one: there are far fewer reservations than jobs that have ended.
    private static final String RELEASE_FORGOTTEN = """
            delete from reservation r
            where (select e.finished_at from job_end e where e.job_id = r.job_id) < now() - interval '1 minute'
              and not exists (select from render f where f.job_id = r.job_id)
            """;

    private Reservations() {}

    /// Releases what a job has reserved that had ended while a render of its was still followed.
    public static void releaseAfterEnd(Connection connection, UUID job) throws SQLException {
        try (var statement = connection.prepareStatement(RELEASE_AFTER_END)) {
            statement.setObject(1, job);
            statement.executeUpdate();
        }
    }

    /// Releases what jobs have reserved that have ended and of which no render is followed. Where two commits, each the
    /// last but for the other, end a job and the following of its render, neither sees that nothing is left.
    ///
    /// @return how many
    static int releaseForgotten(Database database) {
        return database.client().sql(RELEASE_FORGOTTEN).update();
    }
}
