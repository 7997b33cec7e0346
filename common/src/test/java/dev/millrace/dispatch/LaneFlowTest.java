package dev.millrace.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class LaneFlowTest {

    private static final long ROUND = 25_000_000;

    private long now;

    private LaneFlow after(int room, int jobsEachRound, int rounds) {
        var flow = new LaneFlow(room, now);
        for (int i = 0; i < rounds; i++) {
            now += ROUND;
            flow.moved(jobsEachRound, now);
        }
        return flow;
    }

    @Test
    void a_lane_of_which_nothing_is_known_has_room_for_a_beginning() {
        assertThat(after(512, 0, 0).room()).isEqualTo(128);
    }

    @Test
    void a_lane_has_room_for_what_is_taken_up_in_a_quarter_of_a_second() {
        assertThat(after(512, 25, 400).room()).isBetween(245, 250);
    }

    @Test
    void a_lane_never_has_more_room_than_is_set() {
        assertThat(after(512, 200, 400).room()).isEqualTo(512);
        assertThat(after(10, 200, 400).room()).isEqualTo(10);
    }

    @Test
    void a_lane_that_slows_down_has_less_room_within_seconds() {
        var flow = after(512, 100, 400);
        for (int i = 0; i < 120; i++) {
            now += ROUND;
            flow.moved(20, now);
        }
        assertThat(flow.room()).isBetween(200, 260);
    }
}
