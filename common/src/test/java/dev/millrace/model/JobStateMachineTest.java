package dev.millrace.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.job.TestJobs;
import java.util.Map;
import java.util.TreeMap;
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
class JobStateMachineTest {

    private static final int STEPS = 1_200;

    private static final TestDatabase test = TestDatabase.create();
    private static final Map<String, Integer> done = new TreeMap<>();

    @AfterAll
    static void end() {
        test.close();
    }

    /// Five that are always the same, and one that nobody has tried.
    static LongStream seeds() {
        return LongStream.concat(LongStream.rangeClosed(1, 5), LongStream.of(System.nanoTime()));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    @Order(1)
    void whatever_is_done_in_whatever_order_the_tables_say_what_the_model_says(long seed) {
        new TestJobs(test).forgetUnfinished();
        var machine = new Machine(test, seed);
        for (int i = 0; i < STEPS; i++) {
            machine.step();
        }
        machine.done().forEach((what, times) -> done.merge(what, times, Integer::sum));
    }

    @Test
    @Order(2)
    void and_everything_that_can_be_done_was_done() {
        assertThat(done.keySet())
                .contains(
                        "accept",
                        "adopt",
                        "adopt, refused",
                        "answered",
                        "cancel Done",
                        "cancel Marked",
                        "cancel TooLate",
                        "claim leftover",
                        "claim named",
                        "claim taken back",
                        "come back",
                        "complete",
                        "dispatch",
                        "end",
                        "end, stale",
                        "fail",
                        "hold",
                        "leave",
                        "note",
                        "postpone",
                        "renew, lost",
                        "requeue",
                        "requeue, stale",
                        "resolve NotHeld",
                        "resolve OperationTaken",
                        "resolve give up",
                        "resolve made",
                        "resolve not made",
                        "silence",
                        "start fetch",
                        "take back",
                        "take back for lookup",
                        "take back and hold",
                        "try again not_made",
                        "try again render_failed",
                        "unanswered");
    }
}
