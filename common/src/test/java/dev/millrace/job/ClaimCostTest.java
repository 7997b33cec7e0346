package dev.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.OneConnection;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// What it costs to claim a job or two with the plan that a connection has kept.
@DisplayNameGeneration(ReplaceUnderscores.class)
class ClaimCostTest {

    private static final int MANY = 10_000;
    private static final int CLAIMS = 20;

    private final OneConnection one = new OneConnection();
    private final TestJobs jobs = new TestJobs(one.test());
    private final JobClaims claims =
            new JobClaims(one.database(), Duration.ofMinutes(1), new RequestRoom(Long.MAX_VALUE));
    private final UUID worker = jobs.worker();

    @BeforeEach
    void claim_until_it_is_planned() {
        claims(OneConnection.UNTIL_PLANNED);
    }

    @AfterEach
    void end() {
        one.close();
    }

    @Test
    void its_plan_is_made_once_for_all_claims_of_a_connection() {
        assertThat(one.plannedOnce("with named as")).isTrue();
    }

    @Test
    void a_plan_that_was_made_while_nothing_was_dispatched_serves_many_jobs_as_well() {
        jobs.accept(Submission.chat().published(), MANY);

        var kept = claims(CLAIMS);
        one.database().client().sql("analyze job").update();
        one.database().client().sql("analyze job_dispatch").update();
        claims(OneConnection.UNTIL_PLANNED);
        var anew = claims(CLAIMS);

        assertThat(kept).isLessThan(anew.multipliedBy(3));
    }

    @Test
    void what_it_asks_of_the_planner_ends_with_it() {
        assertThat(one.plannerSettings()).isEqualTo("auto on");
    }

    private Duration claims(int many) {
        return OneConnection.quickest(
                many,
                () -> List.of(jobs.accept(Submission.chat().published())),
                batch -> assertThat(claims.claim(worker, batch)).hasSize(1));
    }
}
