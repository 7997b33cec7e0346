package dev.millrace.benchmarks.witness;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class IdSetTest {

    private final IdSet ids = new IdSet();

    @Test
    void it_holds_each_id_once_however_many_there_are() {
        var random = new Random(7);
        var known = new HashSet<UUID>();
        for (int i = 0; i < 200_000; i++) {
            // The upper half is nearly the same in ids made within a second.
            var id = new UUID(random.nextInt(50), random.nextInt(20_000));
            assertThat(ids.add(id.getMostSignificantBits(), id.getLeastSignificantBits()))
                    .isEqualTo(known.add(id));
        }
        assertThat(ids.size()).isEqualTo(known.size());
    }

    @Test
    void zero_is_an_id_like_any_other() {
        assertThat(ids.size()).isZero();
        assertThat(ids.add(0, 0)).isTrue();
        assertThat(ids.add(0, 0)).isFalse();
        assertThat(ids.size()).isEqualTo(1);
    }
}
