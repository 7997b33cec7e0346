package dev.millrace.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.benchmarks.machine.Machine;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class TextReportTest {

    private final Section section = new SectionBuilder("whole", "all the way", true)
            .figure(Figure.of("whole way", "/s", List.of(2_100.0, 2_300.0, 2_200.0))
                    .against(Target.atLeast(2_000, 5_000)))
            .figure(Figure.of("CPU for 1,000", " s", 0.9).against(Target.atMost(0.75, 0.3)))
            .figure("p99", " ms", 12.345)
            .cpu(Map.of("api-service", 3.0), 10_000)
            .note("refused: %d", 4)
            .build();

    @Test
    void each_figure_stands_beside_its_floor_and_goal_in_columns() {
        assertThat(TextReport.section(section))
                .contains(
                        "whole: all the way",
                        "                  median   least … most    floor     goal",
                        "  whole way      2,200/s  2,100 … 2,300  2,000/s  5,000/s      ok",
                        "  CPU for 1,000   0.90 s                  0.75 s   0.30 s  MISSED",
                        "  p99            12.3 ms",
                        "  CPU seconds per 1,000: api-service 0.300",
                        "  refused: 4");
    }

    @Test
    void numbers_have_as_many_digits_as_matter() {
        assertThat(TextReport.number(12_345.6)).isEqualTo("12,346");
        assertThat(TextReport.number(99.95)).isEqualTo("100.0");
        assertThat(TextReport.number(7)).isEqualTo("7");
        assertThat(TextReport.number(0.123)).isEqualTo("0.12");
        assertThat(TextReport.number(0.0123)).isEqualTo("0.012");
        assertThat(TextReport.number(Double.NaN)).isEqualTo("-");
    }

    @Test
    void the_head_says_what_was_measured_on_what() {
        var machine = new Machine(2, "A Processor", 8L << 30, "Linux 6 amd64", "Vendor 25", 0.5);
        var report = new Report(Instant.EPOCH, "abc123", machine, Map.of("runs", "5"), List.of(section));
        assertThat(TextReport.head(report))
                .containsExactly(
                        "Millrace abc123, 1970-01-01T00:00:00Z",
                        "2 cores, A Processor, 8192 MiB, Linux 6 amd64, JDK Vendor 25; load before it began 0.5",
                        "runs=5");
    }

    @Test
    void as_json_it_has_every_run(@TempDir Path folder) throws Exception {
        var file = folder.resolve("new/report.json");
        new Report(Instant.EPOCH, "abc123", Machine.here(), Map.of(), List.of(section)).writeJson(file);
        var json = new JsonMapper().readTree(file.toFile());
        assertThat(json.at("/commit").asString()).isEqualTo("abc123");
        assertThat(json.at("/sections/0/figures/0/runs").size()).isEqualTo(3);
        assertThat(json.at("/sections/0/figures/0/target/floor").asDouble()).isEqualTo(2_000);
        assertThat(json.at("/sections/0/cpuPer1000/api-service/value").asDouble())
                .isEqualTo(0.3);
        assertThat(json.at("/machine/cores").asInt()).isPositive();
    }
}
