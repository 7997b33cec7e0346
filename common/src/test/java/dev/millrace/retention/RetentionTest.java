package dev.millrace.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.database.TestDatabase;
import dev.millrace.job.TestJobs;
import java.sql.SQLException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.TemporalAdjusters;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RetentionTest {

    private static final List<String> PARENTS =
            List.of("job", "job_metadata", "job_end", "job_event", "attempt", "delivery", "delivery_attempt");

    private final TestDatabase test = TestDatabase.create();
    private final TestJobs jobs = new TestJobs(test);
    private final Retention retention = new Retention(test.database(), new RetentionSettings(Duration.ofDays(30)));

    /// The Monday of a week that has been over for more than 30 days.
    private final LocalDate old = LocalDate.now(ZoneOffset.UTC)
            .with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY))
            .minusWeeks(8);

    private final UUID job = idOf(old);

    @AfterEach
    void end() {
        test.close();
    }

    @Test
    void a_week_past_its_keep_time_goes_with_all_that_belongs_to_it() {
        finished(old);

        assertThat(retention.dropWeeks()).containsExactly(old);

        assertThat(jobs.count("job", "true")).isZero();
        assertThat(jobs.count("job_end", "true")).isZero();
        assertThat(jobs.count("delivery", "true")).isZero();
        assertThat(jobs.count("delivery_due", "true")).isZero();
        assertThat(jobs.count("operation", "true")).isZero();
        assertThat(jobs.count("asset", "true"))
                .as("the file has no name now; the sweep removes it")
                .isZero();
        assertThat(retention.dropWeeks()).isEmpty();
    }

    @Test
    void a_week_within_its_keep_time_stays() {
        var young = old.plusWeeks(5);
        finished(young);

        assertThat(retention.dropWeeks()).isEmpty();

        assertThat(jobs.count("job", "true")).isEqualTo(1);
        assertThat(jobs.count("asset", "true")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "insert into job_backlog values (:job, :project, 'chat', now(), now(), 0, 0, 0, 1, null)",
                "insert into job_dispatch values (:job, :project, 'chat', now(), 0, 0, 0, 1, null)",
                "insert into job_run (job_id, project_id, lane, epoch, attempts, take_backs, sequence, started_at,"
                        + " claimed_at, hold_reason, hold_since) values"
                        + " (:job, :project, 'video', 1, 1, 0, 3, now(), now(), 'several_matches', now())",
                "insert into render (job_id, attempt, phase, due_at, epoch, provider, model, key_ref, deadline)"
                        + " select :job, 1, 'lookup', now(), 1, 'p', 'm', 'k', now() where :project is not null",
                "update delivery_due set state = 'pending' where :job is not null and :project is not null"
            })
    void a_week_stays_while_something_in_it_is_unfinished_held_followed_or_undelivered(String unfinished) {
        finished(old);
        test.database()
                .client()
                .sql(unfinished)
                .param("job", job)
                .param("project", jobs.mine())
                .update();

        assertThat(retention.dropWeeks()).isEmpty();

        assertThat(jobs.count("job", "true")).isEqualTo(1);
        assertThat(jobs.count("asset", "true")).isEqualTo(1);
    }

    @Test
    void a_job_s_week_stays_while_its_delivery_of_a_later_week_is_on_its_way() {
        finished(old);
        var later = old.plusWeeks(1);
        partitions(later);
        run("update delivery_due set delivery_id = '%s', state = 'pending'".formatted(idOf(later)));
        run("update delivery set id = '%s'".formatted(idOf(later)));

        assertThat(retention.dropWeeks()).isEmpty();
    }

    @Test
    void a_week_whose_tables_are_in_use_is_left_for_later() throws SQLException {
        finished(old);
        try (var connection = test.source().getConnection();
                var reader = connection.createStatement()) {
            connection.setAutoCommit(false);
            reader.execute("select 1 from job where id = '%s'".formatted(job));
            assertThat(retention.dropWeeks()).isEmpty();
        }

        assertThat(jobs.count("asset", "true")).isEqualTo(1);
        assertThat(retention.dropWeeks()).containsExactly(old);
    }

    @Test
    void a_key_is_forgotten_after_a_day() {
        run("insert into idempotency_key select '%s', 'k' || n, '', '%s', now() - (n + 0.5) * interval '1 hour'"
                        .formatted(jobs.mine(), job)
                + " from generate_series(22, 27) n");

        assertThat(retention.forgetKeys()).isEqualTo(4);

        assertThat(jobs.count("idempotency_key", "true")).isEqualTo(2);
        assertThat(retention.forgetKeys()).isZero();
    }

    @Test
    void less_than_a_day_is_refused() {
        assertThatThrownBy(() -> new RetentionSettings(Duration.ofHours(23)))
                .hasMessage("millrace.retention.jobs must be at least 1d");
    }

    /// A video job of the week that has ended, was told, and has a file.
    private void finished(LocalDate week) {
        var id = idOf(week);
        partitions(week);
        run("insert into job (id, project_id, kind, model, request) values ('%s', '%s', 'video', 'm', '')"
                .formatted(id, jobs.mine()));
        run("insert into job_end (job_id, project_id, kind, status, sequence, attempts, finished_at)"
                + " values ('%s', '%s', 'video', 'succeeded', 3, 1, now())".formatted(id, jobs.mine()));
        run("insert into operation values ('p', 'o', '%s', 1)".formatted(id));
        run("insert into asset (job_id, attempt, project_id, path, content_type, bytes, sha256)"
                + " values ('%s', 1, '%s', 'x', 'video/mp4', 1, decode(repeat('00', 32), 'hex'))"
                        .formatted(id, jobs.mine()));
        run("insert into delivery (id, job_id, sequence, project_id, url, body, created_at)"
                + " values ('%1$s', '%1$s', 3, '%2$s', 'https://example.org', '', now())".formatted(id, jobs.mine()));
        run("insert into delivery_due (delivery_id, project_id, endpoint, state, due_at)"
                + " values ('%s', '%s', 0, 'exhausted', now())".formatted(id, jobs.mine()));
    }

    private void partitions(LocalDate week) {
        for (var parent : PARENTS) {
            run(("create table %1$s_w%2$tY%2$tm%2$td partition of %1$s"
                            + " for values from (first_uuid_of('%2$s Z')) to (first_uuid_of('%3$s Z'))")
                    .formatted(parent, week, week.plusWeeks(1)));
        }
    }

    private static UUID idOf(LocalDate week) {
        long millis = week.plusDays(2).atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
        return new UUID(millis << 16 | 0x7000, 0x8000_0000_0000_0000L);
    }

    private void run(String sql) {
        test.database().client().sql(sql).update();
    }
}
