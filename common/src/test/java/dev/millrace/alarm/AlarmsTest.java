package dev.millrace.alarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(30)
class AlarmsTest {

    private static long millis(long millis) {
        return Duration.ofMillis(millis).toNanos();
    }

    @Test
    void alarms_go_off_in_the_order_of_their_times_and_never_early() throws Exception {
        try (var alarms = new Alarms("alarms")) {
            var heard = new LinkedBlockingQueue<Long>();
            long began = System.nanoTime();
            for (long after : new long[] {250, 20, 120}) {
                alarms.after(millis(after), () -> {
                    assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(millis(after));
                    heard.add(after);
                });
            }
            assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(20);
            assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(120);
            assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(250);
        }
    }

    @Test
    void an_alarm_that_was_taken_back_does_not_go_off() throws Exception {
        try (var alarms = new Alarms("alarms")) {
            var heard = new LinkedBlockingQueue<String>();
            var first = alarms.after(millis(30), () -> heard.add("taken back"));
            alarms.after(millis(60), () -> heard.add("kept"));
            first.cancel(false);
            assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("kept");
        }
    }

    @Test
    void once_closed_no_alarm_goes_off_and_none_is_taken() {
        var alarms = new Alarms("alarms");
        var late = new CompletableFuture<String>();
        var set = alarms.after(millis(50), () -> late.complete("gone off"));
        alarms.close();
        assertThatThrownBy(() -> alarms.after(1, () -> {})).isInstanceOf(RejectedExecutionException.class);
        assertThat(set.isDone()).isFalse();
        assertThat(late).isNotDone();
    }
}
