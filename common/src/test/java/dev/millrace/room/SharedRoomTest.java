package dev.millrace.room;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SharedRoomTest {

    private static int takeAll(SharedRoom<String> room, String who) {
        int taken = 0;
        while (room.take(who, 1)) {
            taken++;
        }
        return taken;
    }

    @Test
    void one_alone_gets_eight_ninths_and_leaves_the_rest_to_who_comes_next() {
        var room = new SharedRoom<String>(90);

        assertThat(takeAll(room, "greedy")).isEqualTo(80);
        assertThat(room.take("next", 1)).isTrue();
        assertThat(room.take("one more", 5)).isTrue();
    }

    @Test
    void there_is_never_more_than_the_most() {
        var room = new SharedRoom<Integer>(90);
        for (int who = 0; who < 1_000; who++) {
            while (room.take(who, 1)) {
                assertThat(room.taken()).isLessThanOrEqualTo(90);
            }
        }
        assertThat(room.taken()).isEqualTo(90);
    }

    @Test
    void what_is_too_large_for_what_is_left_is_refused_whole() {
        var room = new SharedRoom<String>(90);

        assertThat(room.take("large", 91)).isFalse();
        assertThat(room.take("large", 80)).isTrue();
        assertThat(room.has("other", 11)).isFalse();
        assertThat(room.take("other", 11)).isFalse();
        assertThat(room.taken()).isEqualTo(80);
        assertThat(room.has("other", 10)).isTrue();
    }

    @Test
    void one_has_no_more_than_the_most_of_one_however_much_is_free() {
        var room = new SharedRoom<String>(90, 20);

        assertThat(takeAll(room, "a")).isEqualTo(20);
        assertThat(takeAll(room, "b")).isEqualTo(20);
    }

    @Test
    void what_is_given_back_is_free_again_for_whoever_it_is() {
        var room = new SharedRoom<String>(9);
        takeAll(room, "a");

        room.give("a", 3);
        assertThat(room.taken()).isEqualTo(5);
        assertThat(takeAll(room, "b")).isEqualTo(4);

        room.give("a", 5);
        assertThat(room.taken()).isEqualTo(4);
        assertThat(room.take("a", 4)).isTrue();
    }
}
