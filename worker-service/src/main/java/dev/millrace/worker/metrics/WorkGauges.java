package dev.millrace.worker.metrics;

import dev.millrace.database.Database;
import dev.millrace.database.DatabaseWatch;
import dev.millrace.loop.Loop;
import dev.millrace.worker.Phases;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.ArrayList;
import org.springframework.stereotype.Component;

/// Jobs by state, the age of the queue, held jobs, and deliveries that wait, every few seconds. Each worker reports
/// the same figures of the one database: take their maximum, not their sum.
@Component
class WorkGauges extends Loop {

    private static final Duration EVERY = Duration.ofSeconds(5);

    private static final String JOBS = """
            select 'waiting' as state, lane, count(*) from job_backlog group by lane
            union all select 'dispatched', lane, count(*) from job_dispatch group by lane
            union all
            select case when hold_reason is not null then 'held' when owner is null then 'parked' else 'running' end,
                   lane, count(*)
            from job_run group by 1, 2
            """;

    private static final String QUEUE_AGE = """
            select lane, max(age) from (
                select lane, extract(epoch from now() - dispatched_at) as age from job_dispatch
                union all
                select lane, extract(epoch from now() - run_at) from job_backlog where run_at <= now()
            ) waiting group by lane
            """;

    private static final String DELIVERIES = "select state, count(*) from delivery_due group by state";

    private final Database database;
    private final DatabaseWatch watch;
    private final MultiGauge jobs;
    private final MultiGauge queueAge;
    private final MultiGauge deliveries;

    WorkGauges(Database database, DatabaseWatch watch, MeterRegistry meters) {
        super("work-gauges", Phases.EXECUTION);
        this.database = database;
        this.watch = watch;
        this.jobs = MultiGauge.builder("millrace.jobs")
                .description("Unfinished jobs by state")
                .register(meters);
        this.queueAge = MultiGauge.builder("millrace.queue.age")
                .description("Age of the oldest job that is due and unclaimed")
                .baseUnit("seconds")
                .register(meters);
        this.deliveries = MultiGauge.builder("millrace.deliveries.waiting")
                .description("Deliveries that are due or given up")
                .register(meters);
    }

    @Override
    protected Duration round() {
        if (!watch.available()) {
            return EVERY;
        }
        var byState = new ArrayList<MultiGauge.Row<?>>();
        database.client().sql(JOBS).query(row -> {
            byState.add(
                    MultiGauge.Row.of(Tags.of("state", row.getString(1), "kind", row.getString(2)), row.getLong(3)));
        });
        jobs.register(byState, true);
        var ages = new ArrayList<MultiGauge.Row<?>>();
        database.client().sql(QUEUE_AGE).query(row -> {
            ages.add(MultiGauge.Row.of(Tags.of("kind", row.getString(1)), row.getDouble(2)));
        });
        queueAge.register(ages, true);
        var waiting = new ArrayList<MultiGauge.Row<?>>();
        database.client().sql(DELIVERIES).query(row -> {
            waiting.add(MultiGauge.Row.of(Tags.of("state", row.getString(1)), row.getLong(2)));
        });
        deliveries.register(waiting, true);
        return EVERY;
    }
}
