package dev.millrace.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.OneConnection;
import dev.millrace.job.JobKind;
import dev.millrace.job.TestJobs;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// What a pass over a lane costs with the plan that its connection has kept.
@DisplayNameGeneration(ReplaceUnderscores.class)
class LanePassCostTest {

    private static final int PASSES = 10;

    private final OneConnection one = new OneConnection();
    private final Dispatcher dispatcher =
            new Dispatcher(one.database(), new DispatchSettings(512, 1_000_000, Duration.ofSeconds(1), 8, 1, 200));

    @BeforeEach
    void pass_until_it_is_planned() {
        passes(OneConnection.UNTIL_PLANNED);
    }

    @AfterEach
    void end() {
        one.close();
    }

    @Test
    void its_plan_is_made_once_for_all_passes_of_a_connection() {
        assertThat(one.plannedOnce("insert into job_dispatch")).isTrue();
    }

    @Test
    void a_plan_that_was_made_while_nothing_waited_serves_a_long_backlog_as_well() {
        var project = new TestJobs(one.test()).project();
        one.database().client().sql("""
                        insert into job_backlog (job_id, project_id, lane, turn, run_at, epoch, attempts, take_backs, sequence)
                        select gen_random_uuid(), :project, 'chat', now(), now(), 0, 0, 0, 1 from generate_series(1, 200000)
                        """).param("project", project).update();

        var kept = passes(PASSES);
        one.database().client().sql("analyze job_backlog").update();
        one.database().client().sql("analyze job_dispatch").update();
        passes(OneConnection.UNTIL_PLANNED);
        var anew = passes(PASSES);

        assertThat(kept).isLessThan(anew.multipliedBy(3));
    }

    private Duration passes(int many) {
        var taken = Duration.ZERO;
        for (int i = 0; i < many; i++) {
            long began = System.nanoTime();
            dispatcher.dispatch(JobKind.CHAT, 512);
            taken = taken.plusNanos(System.nanoTime() - began);
            one.database().client().sql("delete from job_dispatch").update();
        }
        return taken;
    }
}
