package dev.millrace.webhook;

import dev.millrace.database.Database;

/// Looks for jobs that ended in the last hours without the event or the delivery that belongs to their end, and
/// writes what is missing. Since all three are one statement, it should never find any; that it does is a bug, and
/// counted as one.
public final class DeliveryReconciler {

    private static final String EVENTS = """
            insert into job_event (job_id, sequence, type, created_at)
            select e.job_id, e.sequence, 'job.' || e.status, e.finished_at
            from job_end e
            where e.job_id >= first_uuid_of(now() - interval '26 hours')
              and e.finished_at between now() - interval '2 hours' and now() - interval '1 minute'
              and not exists (select 1 from job_event v where v.job_id = e.job_id and v.sequence = e.sequence)
            """;

    private static final String DELIVERIES = """
            with missing as (
                select e.job_id, e.sequence, e.project_id, e.status, e.finished_at, j.webhook_url, uuidv7() as id
                from job_end e join job j on j.id = e.job_id
                where e.job_id >= first_uuid_of(now() - interval '26 hours')
                  and e.finished_at between now() - interval '2 hours' and now() - interval '1 minute'
                  and j.webhook_url is not null
                  and not exists (select 1 from delivery d where d.job_id = e.job_id)
            ), told as (
                insert into delivery (id, job_id, sequence, project_id, url, body, created_at)
                select id, job_id, sequence, project_id, webhook_url,
                       event_body(job_id, sequence, 'job.' || status, finished_at), now()
                from missing
                returning id
            )
            insert into delivery_due (delivery_id, due_at) select id, now() from told
            """;

    private final Database database;

    public DeliveryReconciler(Database database) {
        this.database = database;
    }

    /// @return how many events and deliveries were missing
    public int reconcile() {
        return database.inTransaction(connection -> {
            try (var statement = connection.createStatement()) {
                return statement.executeUpdate(EVENTS) + statement.executeUpdate(DELIVERIES);
            }
        });
    }
}
