package dev.millrace.worker.retention;

import dev.millrace.database.Database;
import dev.millrace.database.DatabaseWatch;
import dev.millrace.worker.Loop;
import dev.millrace.worker.Phases;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/// Makes partitions ahead and forgets idempotency keys after a day.
@Component
class Housekeeping extends Loop {

    private static final Duration EVERY = Duration.ofMinutes(10);

    private static final String MAKE_PARTITIONS = "select make_partitions(2)";

    // In portions, so that no statement holds many rows for long.
    private static final String FORGET_KEYS = """
            delete from idempotency_key
            where (project_id, key) in (
                select project_id, key from idempotency_key
                where created_at < now() - interval '24 hours'
                order by created_at
                limit 5000
                for update skip locked
            )
            """;

    private static final Logger log = LoggerFactory.getLogger(Housekeeping.class);

    private final Database database;
    private final DatabaseWatch watch;

    Housekeeping(Database database, DatabaseWatch watch) {
        super("housekeeping", Phases.EXECUTION);
        this.database = database;
        this.watch = watch;
    }

    @Override
    protected Duration round() {
        if (!watch.available()) {
            return Duration.ofSeconds(1);
        }
        database.client().sql(MAKE_PARTITIONS).query((row, number) -> true).single();
        int forgotten = database.client().sql(FORGET_KEYS).update();
        if (forgotten > 0) {
            log.info("Forgot {} idempotency keys that were older than a day", forgotten);
        }
        return forgotten == 5000 ? Duration.ZERO : EVERY;
    }
}
