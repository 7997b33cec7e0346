package dev.millrace.worker.polling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.render.RenderKey;
import dev.millrace.routing.Room;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// Two turns with a key, in eighteen slots of two providers.
@DisplayNameGeneration(ReplaceUnderscores.class)
class TurnsTest {

    private static final int SLOTS = 18;
    private static final RenderKey A = new RenderKey("p", "a");
    private static final RenderKey B = new RenderKey("p", "b");

    private final AtomicLong nanos = new AtomicLong();
    private int roomAgain;
    private final Map<String, Turns.Turn> started = new LinkedHashMap<>();
    private final Turns<String> turns = new Turns<>(new Room(SLOTS, 2), 2, started::put, () -> roomAgain++, nanos::get);

    private void take(RenderKey key, String... names) {
        List.of(names).forEach(name -> turns.take(key, name));
    }

    private void end(String name) {
        Objects.requireNonNull(started.get(name)).end();
    }

    /// So many renders of a provider, with a key each, as `p1`, `p2` and so on.
    private void takeMany(String provider, int count) {
        IntStream.rangeClosed(1, count).forEach(i -> turns.take(new RenderKey(provider, "key " + i), provider + i));
    }

    private List<String> startedOf(String provider) {
        return started.keySet().stream()
                .filter(name -> name.startsWith(provider))
                .toList();
    }

    @Test
    void a_key_has_its_turns_and_who_waits_for_one_follows_in_order() {
        take(A, "a1", "a2", "a3", "a4");
        take(B, "b1");
        assertThat(started).containsOnlyKeys("a1", "a2", "b1");

        end("a2");
        assertThat(started).containsOnlyKeys("a1", "a2", "b1", "a3");
        end("a1");
        assertThat(started.keySet()).endsWith("a3", "a4");
    }

    @Test
    void a_key_without_a_turn_left_is_not_taken_up_until_it_has_one() {
        take(A, "a1");
        assertThat(turns.wanted(7).withoutKeys()).isEmpty();
        take(A, "a2", "a3");
        take(B, "b1");
        assertThat(turns.wanted(7).withoutKeys()).containsExactly(A);
        assertThat(turns.wanted(7).withoutProviders()).isEmpty();
        assertThat(turns.wanted(7).most()).isEqualTo(7);

        end("a1");
        assertThat(turns.wanted(7).withoutKeys())
                .as("its turn went to one that waited")
                .containsExactly(A);
        assertThat(roomAgain).isZero();
        end("a2");
        assertThat(turns.wanted(7).withoutKeys()).isEmpty();
        assertThat(roomAgain).as("more may be taken up").isEqualTo(1);
    }

    @Test
    void a_key_at_another_provider_is_another_key() {
        take(A, "a1", "a2");
        take(new RenderKey("q", "a"), "q1");

        assertThat(started).containsKey("q1");
    }

    @Test
    void a_turn_ends_once() {
        take(A, "a1", "a2", "a3", "a4");

        end("a1");
        end("a1");

        assertThat(started).containsOnlyKeys("a1", "a2", "a3");
        assertThat(turns.underWay()).isEqualTo(2);
    }

    @Test
    void a_key_whose_turns_are_all_back_has_all_of_them_again() {
        take(A, "a1", "a2");
        end("a1");
        end("a2");
        assertThat(turns.underWay()).isZero();

        take(A, "a3", "a4", "a5");

        assertThat(started).containsOnlyKeys("a1", "a2", "a3", "a4");
    }

    @Test
    void a_provider_that_hangs_leaves_slots_to_the_others_whatever_the_number_of_its_keys() {
        takeMany("p", 20);
        assertThat(startedOf("p")).as("eight ninths").hasSize(16);
        assertThat(turns.wanted(SLOTS).withoutProviders()).containsExactly("p");

        takeMany("q", 1);

        assertThat(startedOf("q")).hasSize(1);
    }

    @Test
    void a_slot_that_one_provider_gives_back_is_another_s_that_holds_less() {
        takeMany("p", 16);
        takeMany("q", 2);
        nanos.incrementAndGet();
        turns.take(new RenderKey("q", "late"), "q-late");
        nanos.incrementAndGet();
        turns.take(new RenderKey("p", "later"), "p-later");
        assertThat(started).hasSize(SLOTS);

        end("p1");

        assertThat(startedOf("q")).hasSize(3);
        assertThat(started).doesNotContainKey("p-later");
        end("p2");
        assertThat(started).as("14 of 8 x 1").doesNotContainKey("p-later");
    }

    @Test
    void among_those_that_may_have_a_slot_it_is_for_who_waited_longest() {
        var two = new Turns<String>(new Room(1, 1), 2, started::put, () -> roomAgain++, nanos::get);
        two.take(A, "first");
        for (var name : List.of("second", "third")) {
            nanos.incrementAndGet();
            two.take(name.equals("second") ? B : A, name);
        }

        end("first");
        end("second");

        assertThat(started.keySet()).containsExactly("first", "second", "third");
    }

    @Test
    void who_finds_no_turn_in_half_a_second_is_given_back() {
        take(A, "a1", "a2", "a3");
        nanos.addAndGet(Duration.ofMillis(300).toNanos());
        take(A, "a4");
        assertThat(turns.tired()).isEmpty();

        nanos.addAndGet(Duration.ofMillis(200).toNanos());
        assertThat(turns.tired()).containsExactly("a3");
        assertThat(turns.tired()).as("once").isEmpty();

        end("a1");
        assertThat(started).containsOnlyKeys("a1", "a2", "a4");
    }

    @Test
    void a_provider_is_not_taken_up_again_for_having_nobody_wait_here() {
        takeMany("p", 20);
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());

        assertThat(turns.tired()).hasSize(4);

        assertThat(turns.wanted(2).withoutProviders()).containsExactly("p");
        assertThat(roomAgain).isZero();
        end("p1");
        assertThat(turns.wanted(2).withoutProviders()).isEmpty();
        assertThat(roomAgain).isEqualTo(1);
    }

    @Test
    void at_the_end_nothing_starts_any_more() {
        take(A, "a1", "a2", "a3");

        turns.close();
        end("a1");
        take(B, "b1");

        assertThat(started).containsOnlyKeys("a1", "a2");
        assertThat(turns.tired()).isEmpty();
    }
}
