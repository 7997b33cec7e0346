package dev.millrace.ledger;

/// How attempts that have ended get into the sums: as a part of the very statement that ends them. Rows are only
/// inserted; [UsageRollUp] adds them up later.
public final class UsageEntries {

    public static final String INSERT = """
            insert into usage_entry (project_id, day, model, key_id, attempts, unknown,
                                     tokens_in, tokens_out, tokens_cached, seconds, cost)
            """;

    /// In UTC, whatever the session's time zone is.
    public static final String TODAY = "(now() at time zone 'UTC')::date";

    /// One row for each project, model and key. Reads `attempts`, the attempts that the statement has written, and the
    /// given table of their jobs.
    private static final String OF_ATTEMPTS = INSERT + """
            select j.project_id, %s, j.model, j.key_id,
                   count(*), count(*) filter (where a.cost is null),
                   coalesce(sum(a.tokens_in), 0), coalesce(sum(a.tokens_out), 0), coalesce(sum(a.tokens_cached), 0),
                   coalesce(sum(a.seconds), 0), coalesce(sum(a.cost), 0)
            from attempts a join %s j on j.id = a.job_id
            -- What is still under way is added when it has ended, and so once.
            where a.status in ('succeeded', 'failed', 'abandoned')
            group by j.project_id, j.model, j.key_id
            """;

    /// A single attempt of unknown cost has ended: reads `written`, which names its job.
    public static final String OF_ABANDONED = INSERT + """
            select j.project_id, %s, j.model, j.key_id, 1, 1, 0, 0, 0, 0, 0
            from written w join job j on j.id = w.job_id
            """.formatted(TODAY);

    private UsageEntries() {}

    /// @param jobs the table that has the jobs' `id`, `project_id`, `model` and `key_id`
    public static String ofAttempts(String jobs) {
        return OF_ATTEMPTS.formatted(TODAY, jobs);
    }
}
