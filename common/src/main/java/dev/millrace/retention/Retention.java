package dev.millrace.retention;

import dev.millrace.database.Database;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;

/// Makes the partitions of the weeks to come and drops those of weeks past their keep time; forgets idempotency keys.
/// Any number of processes may do so at once.
public final class Retention {

    private static final int PORTION = 5_000;

    private static final String MAKE = "select make_partitions(2)";

    private static final String OVER = """
            select distinct to_date(right(part.relname, 8), 'YYYYMMDD') as week
            from pg_inherits i join pg_class part on part.oid = i.inhrelid
            where i.inhparent in ('job'::regclass, 'delivery'::regclass) and part.relname ~ '_w[0-9]{8}$'
              and (to_date(right(part.relname, 8), 'YYYYMMDD') + 7)::timestamp at time zone 'UTC'
                  <= now() - make_interval(secs => :keep)
            order by week
            """;

    private static final String DROP = "select drop_week(:week)";

    // In portions, so that no statement holds many rows for long.
    private static final String FORGET_KEYS = """
            delete from idempotency_key
            where (project_id, key) in (
                select project_id, key from idempotency_key
                where created_at < now() - interval '24 hours'
                order by created_at
                limit %d
                for update skip locked
            )
            """.formatted(PORTION);

    private final Database database;
    private final Duration keep;

    public Retention(Database database, RetentionSettings settings) {
        this.database = database;
        this.keep = settings.jobs();
    }

    public void makePartitions() {
        database.client().sql(MAKE).query((row, number) -> true).single();
    }

    /// Drops what is past its keep time. A week is left for later while anything in it is unfinished, held, undelivered
    /// or followed at a provider, and while its tables are too busy to be locked.
    ///
    /// @return the Mondays of the weeks that were dropped
    public List<LocalDate> dropWeeks() {
        return database.client().sql(OVER).param("keep", keep.toSeconds()).query(LocalDate.class).list().stream()
                .filter(this::drop)
                .toList();
    }

    private boolean drop(LocalDate week) {
        return database.client()
                .sql(DROP)
                .param("week", week)
                .query(Boolean.class)
                .single();
    }

    /// Forgets keys that are older than a day.
    ///
    /// @return how many
    public int forgetKeys() {
        int all = 0;
        int forgotten;
        do {
            forgotten = database.client().sql(FORGET_KEYS).update();
            all += forgotten;
        } while (forgotten == PORTION);
        return all;
    }
}
