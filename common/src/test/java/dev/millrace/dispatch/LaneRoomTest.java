package dev.millrace.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.job.JobKind;
import dev.millrace.job.TestJobs;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LaneRoomTest {

    private static final int STEPS = 700;

    private static final TestDatabase test = TestDatabase.create();
    private static final SteppedTime time = new SteppedTime(test);
    private static final TestJobs jobs = new TestJobs(test);
    private static final Map<String, Integer> done = new TreeMap<>();

    @AfterAll
    static void end() {
        time.close();
        test.close();
    }

    /// Four that are always the same, and one that nobody has tried.
    static LongStream seeds() {
        return LongStream.concat(LongStream.rangeClosed(1, 4), LongStream.of(System.nanoTime()));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    @Order(1)
    void whoever_adds_in_whatever_order_never_more_than_the_room_is_dispatched_and_unclaimed(long seed) {
        jobs.forgetUnfinished();
        var crowd = new Crowd(jobs, time, seed);
        for (int i = 0; i < STEPS; i++) {
            crowd.step();
        }
        crowd.settle();

        // Nothing of the room is lost for good: the three that live share what may be drawn.
        assertThat(crowd.services())
                .allSatisfy(service -> assertThat(service.admit(UUID.randomUUID(), JobKind.CHAT))
                        .isPresent());
        assertThat(jobs.count("lane_draw", "lane = 'chat'")).isEqualTo(3);
        assertThat(time.database()
                        .client()
                        .sql("select sum(drawn) from lane_draw where lane = 'chat'")
                        .query(Integer.class)
                        .single())
                .isEqualTo(Crowd.ROOM / 2);
        crowd.done().forEach((what, times) -> done.merge(what, times, Integer::sum));
    }

    @Test
    @Order(2)
    void and_everything_that_can_happen_has_happened() {
        assertThat(done.keySet())
                .contains(
                        "admit",
                        "answer",
                        "begin a pass",
                        "claim",
                        "commit",
                        "commit, to the backlog",
                        "dispatch",
                        "draw",
                        "end a pass",
                        "full",
                        "kill",
                        "lose",
                        "refuse",
                        "send",
                        "to the backlog");
    }
}
