package dev.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class StraysTest {

    private static final UUID WORKER = UUID.randomUUID();

    private final AtomicLong nanos = new AtomicLong();
    private final Strays<String> strays = new Strays<>(nanos::get);

    private List<String> look(List<String> held, String... known) {
        return strays.look(WORKER, held, Set.of(known)::contains);
    }

    @Test
    void what_is_unknown_at_two_looks_in_a_row_is_forgotten() {
        assertThat(look(List.of("a", "b"), "b")).isEmpty();
        assertThat(look(List.of("a", "b"), "b")).containsExactly("a");
    }

    @Test
    void what_is_just_being_taken_up_or_given_back_is_left_alone() {
        assertThat(look(List.of("taken up", "given back"))).isEmpty();
        assertThat(look(List.of("taken up"), "taken up")).isEmpty();
        assertThat(look(List.of("given back"))).as("and claimed again since").isEmpty();
    }

    @Test
    void under_a_new_id_nothing_has_been_looked_at_yet() {
        assertThat(look(List.of("a"))).isEmpty();
        assertThat(strays.look(UUID.randomUUID(), List.of("a"), known -> false)).isEmpty();
    }

    @Test
    void there_are_five_seconds_between_looks() {
        assertThat(strays.due()).isFalse();
        nanos.addAndGet(Duration.ofSeconds(5).toNanos());
        assertThat(strays.due()).isTrue();
        assertThat(look(List.of())).isEmpty();
        assertThat(strays.due()).isFalse();
    }
}
