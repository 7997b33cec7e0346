package dev.millrace.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class FigureTest {

    @Test
    void the_value_is_the_median_of_the_runs() {
        assertThat(Figure.of("x", "", List.of(9.0, 1.0, 5.0)).value()).isEqualTo(5.0);
        assertThat(Figure.of("x", "", List.of(9.0, 1.0, 5.0, 6.0)).value()).isEqualTo(5.5);
        assertThat(Figure.of("x", "", List.of()).value()).isNaN();
    }

    @Test
    void more_than_the_floor_holds_where_more_is_better() {
        var rate = Figure.of("rate", "/s", 2_000).against(Target.atLeast(2_000, 5_000));
        assertThat(rate.misses()).isFalse();
        assertThat(Figure.of("rate", "/s", 1_999)
                        .against(Target.atLeast(2_000, 5_000))
                        .misses())
                .isTrue();
    }

    @Test
    void less_than_the_floor_holds_where_less_is_better() {
        assertThat(Figure.of("p99", " ms", 25).against(Target.atMost(25, 8)).misses())
                .isFalse();
        assertThat(Figure.of("p99", " ms", 25.1).against(Target.atMost(25, 8)).misses())
                .isTrue();
    }

    @Test
    void what_was_not_measured_misses_its_floor() {
        assertThat(Figure.of("p99", " ms", List.of())
                        .against(Target.atMost(25, 8))
                        .misses())
                .isTrue();
        assertThat(Figure.of("rate", "", List.of())
                        .against(Target.atLeast(1, 2))
                        .misses())
                .isTrue();
    }

    @Test
    void a_short_run_is_judged_by_nothing() {
        var section = new SectionBuilder("accept", "title", false)
                .figure(Figure.of("rate", "/s", 1).against(Target.atLeast(2_000, 5_000)))
                .build();
        assertThat(section.passes()).isTrue();
        assertThat(section.figures().getFirst().target()).isEmpty();
    }

    @Test
    void a_problem_fails_a_section_whatever_its_figures() {
        assertThat(new SectionBuilder("accept", "title", false)
                        .problem("%d were lost", 3)
                        .build()
                        .passes())
                .isFalse();
    }
}
