package dev.millrace.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.Database;
import dev.millrace.database.TestDatabase;
import dev.millrace.job.JobKind;
import dev.millrace.job.TestJobs;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/// What a pass over a lane costs with the plan that its connection has kept.
@DisplayNameGeneration(ReplaceUnderscores.class)
class LanePassCostTest {

    /// So often a driver runs a statement before it is prepared at the server for good.
    private static final int UNTIL_PREPARED = 12;

    private static final int PASSES = 10;

    private TestDatabase test;
    private SingleConnectionDataSource one;
    private Database database;
    private Dispatcher dispatcher;

    @BeforeEach
    void begin() throws SQLException {
        test = TestDatabase.create();
        one = new SingleConnectionDataSource(test.source().getConnection(), true);
        database = new Database(one);
        dispatcher = new Dispatcher(database, new DispatchSettings(512, 1_000_000, Duration.ofSeconds(1), 8, 1, 200));
        passes(UNTIL_PREPARED);
    }

    @AfterEach
    void end() {
        one.destroy();
        test.close();
    }

    @Test
    void its_plan_is_made_once_for_all_passes_of_a_connection() {
        assertThat(database.client().sql("""
                        select generic_plans > 0 and custom_plans = 0 from pg_prepared_statements
                        where statement like '%insert into job_dispatch%'
                        """).query(Boolean.class).list()).containsExactly(true);
    }

    @Test
    void a_plan_that_was_made_while_nothing_waited_serves_a_long_backlog_as_well() {
        var project = new TestJobs(test).project();
        database.client().sql("""
                        insert into job_backlog (job_id, project_id, lane, turn, run_at, epoch, attempts, take_backs, sequence)
                        select gen_random_uuid(), :project, 'chat', now(), now(), 0, 0, 0, 1 from generate_series(1, 200000)
                        """).param("project", project).update();

        var kept = passes(PASSES);
        database.client().sql("analyze job_backlog").update();
        database.client().sql("analyze job_dispatch").update();
        passes(UNTIL_PREPARED);
        var anew = passes(PASSES);

        assertThat(kept).isLessThan(anew.multipliedBy(3));
    }

    private Duration passes(int many) {
        var taken = Duration.ZERO;
        for (int i = 0; i < many; i++) {
            long began = System.nanoTime();
            dispatcher.dispatch(JobKind.CHAT, 512);
            taken = taken.plusNanos(System.nanoTime() - began);
            database.client().sql("delete from job_dispatch").update();
        }
        return taken;
    }
}
