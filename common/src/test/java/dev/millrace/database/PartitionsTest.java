package dev.millrace.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.job.JobQueries;
import dev.millrace.job.Submission;
import dev.millrace.job.TestJobs;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class PartitionsTest {

    private static final List<String> PARENTS = List.of(
            "job", "job_metadata", "job_end", "job_event", "attempt", "delivery", "delivery_attempt", "call_attempt");

    private TestDatabase test;
    private TestJobs jobs;

    @BeforeEach
    void begin() {
        test = TestDatabase.create();
        jobs = new TestJobs(test);
    }

    @AfterEach
    void end() {
        test.close();
    }

    @Test
    void a_week_is_made_ahead_by_the_migration_and_more_on_demand() {
        PARENTS.forEach(parent -> assertThat(weeks(parent)).as(parent).isEqualTo(2));
        make(3);
        make(3);
        PARENTS.forEach(parent -> assertThat(weeks(parent)).as(parent).isEqualTo(4));
    }

    @Test
    void these_are_all_tables_that_go_by_the_week() {
        assertThat(test.database()
                        .client()
                        .sql("select name from weekly_table")
                        .query(String.class)
                        .list())
                .containsExactlyInAnyOrderElementsOf(PARENTS);
    }

    @Test
    void nothing_is_sampled_of_them_but_what_an_index_covers() {
        make(3);

        var wrong = test.database().client().sql("""
                        select p.relname || '.' || a.attname
                        from weekly_table w
                             join pg_inherits h on h.inhparent = w.name::regclass
                             join pg_class p on p.oid = h.inhrelid
                             join pg_attribute a on a.attrelid = p.oid and a.attnum > 0 and not a.attisdropped
                        where (coalesce(a.attstattarget, -1) <> 0)
                              <> exists (select from pg_index i where i.indrelid = p.oid and a.attnum = any (i.indkey))
                        """).query(String.class).list();

        assertThat(wrong).isEmpty();
    }

    @Test
    void they_are_sampled_anew_when_they_have_grown_by_half() {
        make(3);

        var others = test.database().client().sql("""
                        select p.relname::text
                        from weekly_table w
                             join pg_inherits h on h.inhparent = w.name::regclass
                             join pg_class p on p.oid = h.inhrelid
                        where not coalesce(p.reloptions, '{}') @> '{autovacuum_analyze_scale_factor=0.5}'
                        """).query(String.class).list();

        assertThat(others).isEmpty();
    }

    @Test
    void today_s_rows_are_in_the_partition_of_their_week() {
        var claimed =
                jobs.running(jobs.worker(), Submission.chat().with("a", "b").telling("https://example.org/hook"));
        jobs.succeed(claimed);
        for (var parent : PARENTS) {
            assertThat(jobs.count(parent + "_default", "true")).as(parent).isZero();
        }
        assertThat(jobs.count("job", "true")).isEqualTo(1);
    }

    @Test
    void a_housekeeping_that_stood_still_loses_nothing_and_goes_on_with_the_next_week() {
        dropThisWeek();
        var job = jobs.accept(Submission.chat().with("a", "b"));
        assertThat(jobs.count("job_default", "true")).isEqualTo(1);

        make(2);

        assertThat(new JobQueries(test.database()).find(jobs.mine(), job)).isPresent();
        assertThat(weeks("job")).as("next week and the one after").isGreaterThanOrEqualTo(2);
        // What has no rows in the default partition gets its week after all.
        assertThat(weeks("job_end")).isEqualTo(3);
        assertThat(jobs.running(jobs.worker(), Submission.chat())).isNotNull();
    }

    private void dropThisWeek() {
        for (var parent : PARENTS) {
            var week = test.database()
                    .client()
                    .sql("select to_char(date_trunc('week', now() at time zone 'UTC'), '\"_w\"YYYYMMDD')")
                    .query(String.class)
                    .single();
            test.database().client().sql("drop table " + parent + week).update();
        }
    }

    private void make(int weeks) {
        test.database()
                .client()
                .sql("select make_partitions(:weeks)")
                .param("weeks", weeks)
                .query((row, number) -> true)
                .single();
    }

    private long weeks(String parent) {
        return jobs.count(
                "pg_inherits i join pg_class c on c.oid = i.inhrelid",
                "i.inhparent = '%s'::regclass and c.relname ~ '_w\\d{8}$'".formatted(parent));
    }
}
