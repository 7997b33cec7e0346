package dev.millrace.benchmarks.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ProcStatTest {

    @Test
    void a_process_has_used_its_own_time_and_that_of_children_that_ended() {
        var stat = "4711 (postgres: x) S (3) S 1 4711 4711 0 -1 4194560 1 2 3 4 250 50 1000 200 20 0 1 0 99 1 2";
        assertThat(ProcStat.cpuSeconds(stat)).isCloseTo(15.0, within(1e-9));
    }

    @Test
    void the_machine_is_busy_with_all_but_idling_waiting_and_what_others_took() {
        var total = ProcStat.total("cpu  100 20 300 4000 50 6 7 800 0 0");
        assertThat(total.busy()).isCloseTo(4.33, within(1e-9));
        assertThat(total.stolen()).isCloseTo(8.0, within(1e-9));
    }

    @Test
    void a_machine_that_tells_nothing_has_used_nothing() {
        assertThat(ProcStat.total("")).isEqualTo(new ProcStat.Total(0, 0));
    }

    @Test
    void a_span_is_the_difference_of_two_moments() {
        assertThat(new ProcStat.Total(10, 3).since(new ProcStat.Total(4, 1))).isEqualTo(new ProcStat.Total(6, 2));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void this_process_is_found_and_one_that_is_gone_counts_nothing() throws Exception {
        long pid = ProcessHandle.current().pid();
        assertThat(ProcStat.cpuSeconds(List.of(pid))).isPositive();
        assertThat(ProcStat.peakBytes(pid)).isGreaterThan(1 << 20);
        var gone = new ProcessBuilder("true").start();
        gone.waitFor();
        assertThat(ProcStat.cpuSeconds(List.of(gone.pid()))).isZero();
        assertThat(ProcStat.peakBytes(gone.pid())).isZero();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void time_that_is_spent_is_counted() {
        var pids = List.of(ProcessHandle.current().pid());
        double before = ProcStat.cpuSeconds(pids);
        long until = System.nanoTime() + 60_000_000_000L;
        while (ProcStat.cpuSeconds(pids) < before + 0.05 && System.nanoTime() < until) {
            Thread.onSpinWait();
        }
        assertThat(ProcStat.cpuSeconds(pids)).isGreaterThanOrEqualTo(before + 0.05);
    }
}
