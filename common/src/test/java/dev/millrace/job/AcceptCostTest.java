package dev.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.OneConnection;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// What it costs to accept with the plan that a connection has kept.
@DisplayNameGeneration(ReplaceUnderscores.class)
class AcceptCostTest {

    private static final int LARGE = 1_000;
    private static final int SMALL = 50;

    private final OneConnection one = new OneConnection();
    private final JobAccept accept = new JobAccept(one.database());
    private final UUID project = new TestJobs(one.test()).mine();

    @AfterEach
    void end() {
        one.close();
    }

    @Test
    void its_plan_is_made_once_for_all_plain_submissions_of_a_connection() {
        acceptUntilPlanned(() -> plain(1));

        assertThat(one.plannedOnce("with submitted as")).isTrue();
    }

    @Test
    void its_plan_is_made_once_for_all_submissions_of_a_connection_that_come_with_more() {
        acceptUntilPlanned(() -> keyed(1));

        assertThat(one.plannedOnce("with submitted as")).isTrue();
    }

    @Test
    void a_large_batch_takes_no_longer_than_small_ones_of_as_many_submissions() {
        acceptUntilPlanned(() -> keyed(SMALL));

        var small = Duration.ZERO;
        for (int i = 0; i < LARGE / SMALL; i++) {
            small = small.plus(taken(keyed(SMALL)));
        }

        // Each compared with each would be twenty times as long.
        assertThat(quickestOfThree(LARGE)).isLessThan(small.multipliedBy(3));
    }

    private void acceptUntilPlanned(Supplier<List<NewJob>> batch) {
        for (int i = 0; i < OneConnection.UNTIL_PLANNED; i++) {
            accept.write(batch.get());
        }
    }

    /// The one that the machine disturbed least.
    private Duration quickestOfThree(int many) {
        return Stream.generate(() -> taken(keyed(many)))
                .limit(3)
                .min(Duration::compareTo)
                .orElseThrow();
    }

    private Duration taken(List<NewJob> batch) {
        long began = System.nanoTime();
        assertThat(accept.write(batch)).hasSize(batch.size()).allMatch(Acceptance.Accepted.class::isInstance);
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private List<NewJob> plain(int many) {
        return Stream.generate(() -> Submission.chat().job(project)).limit(many).toList();
    }

    private List<NewJob> keyed(int many) {
        return Stream.generate(() -> Submission.chat()
                        .with("team", "a")
                        .withKey(UUID.randomUUID().toString(), "{}")
                        .job(project))
                .limit(many)
                .toList();
    }
}
