package dev.millrace.worker.polling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class KeyTurnsTest {

    private int drained;
    private final KeyTurns turns = new KeyTurns(2, () -> drained++);
    private final List<String> started = new ArrayList<>();
    private final List<KeyTurns.Turn> held = new ArrayList<>();

    private void take(String key, String name) {
        turns.take(key, turn -> {
            started.add(name);
            held.add(turn);
        });
    }

    @Test
    void a_key_has_its_turns_and_who_waits_for_one_follows_in_order() {
        for (var name : List.of("a1", "a2", "a3", "a4")) {
            take("a", name);
        }
        take("b", "b1");
        assertThat(started).containsExactly("a1", "a2", "b1");
        assertThat(turns.waitedFor()).containsExactly("a");

        held.get(1).end();
        assertThat(started).containsExactly("a1", "a2", "b1", "a3");
        assertThat(drained).isZero();
        held.get(0).end();
        assertThat(started).endsWith("a3", "a4");
        assertThat(turns.waitedFor()).isEmpty();
        assertThat(drained).as("more may be taken up").isEqualTo(1);
    }

    @Test
    void a_turn_ends_once() {
        for (var name : List.of("a1", "a2", "a3", "a4")) {
            take("a", name);
        }

        held.getFirst().end();
        held.getFirst().end();

        assertThat(started).containsExactly("a1", "a2", "a3");
    }

    @Test
    void a_key_whose_turns_are_all_back_has_all_of_them_again() {
        take("a", "a1");
        take("a", "a2");
        held.forEach(KeyTurns.Turn::end);

        take("a", "a3");
        take("a", "a4");
        take("a", "a5");

        assertThat(started).containsExactly("a1", "a2", "a3", "a4");
    }

    @Test
    void at_the_end_nothing_starts_any_more() {
        take("a", "a1");
        take("a", "a2");
        take("a", "a3");

        turns.close();
        held.getFirst().end();
        take("b", "b1");

        assertThat(started).containsExactly("a1", "a2");
        assertThat(turns.waitedFor()).isEmpty();
    }
}
