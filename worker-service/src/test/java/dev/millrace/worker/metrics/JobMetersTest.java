package dev.millrace.worker.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.Staged;
import dev.millrace.database.TestDatabase;
import dev.millrace.http.RawServer;
import dev.millrace.worker.fixture.Provider;
import dev.millrace.worker.fixture.RunningWorker;
import dev.millrace.worker.fixture.Work;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a worker's own meters say of what it does.
@DisplayNameGeneration(ReplaceUnderscores.class)
class JobMetersTest {

    @TempDir
    Path assets;

    private final TestDatabase database = TestDatabase.create();
    private final Provider provider = new Provider();
    private final Work work = new Work(database);

    @AfterEach
    void end() {
        database.close();
    }

    @Test
    void pickup_is_from_acceptance_to_a_worker_once_for_each_job_that_ran_at_its_first_chance() {
        // Accepted before there is a worker.
        var fresh = work.chat("sim-chat");
        var retried = work.chat("sim-chat~status=500~times=1~per=prompt");
        var takenBack = work.chat("sim-chat");
        work.alter("update job_dispatch set take_backs = 1 where job_id = :id", takenBack);

        try (var worker = RunningWorker.start(database, provider, assets)) {
            assertThat(work.awaitEnd(fresh)).isEqualTo("succeeded");
            assertThat(work.awaitEnd(retried)).isEqualTo("succeeded");
            assertThat(work.awaitEnd(takenBack)).isEqualTo("succeeded");
            assertThat(work.attempts(retried)).hasSize(2);

            var pickup = worker.bean(MeterRegistry.class)
                    .get("millrace.job.pickup")
                    .tag("kind", "chat")
                    .timer();
            assertThat(pickup.count())
                    .as("neither a retry nor what was taken back")
                    .isEqualTo(2);
            long waited = work.number("""
                    select floor(extract(epoch from e.started_at - j.created_at) * 1000)
                    from job_end e join job j on j.id = e.job_id where e.job_id = :id""", fresh);
            assertThat(pickup.max(TimeUnit.MILLISECONDS))
                    .as("most of it before there was a worker")
                    .isGreaterThanOrEqualTo(waited - 5);
        }
    }

    @Test
    void what_is_under_way_is_in_the_gauges_and_what_is_over_in_the_counters() {
        var answered = new CountDownLatch(1);
        try (var worker = RunningWorker.start(database, provider, assets);
                var receiver = RawServer.start(connection -> {
                    connection.readRequest();
                    Staged.await(answered);
                    connection.write(RawServer.answer("500 Broken", "text/plain", ""));
                })) {
            var meters = worker.bean(MeterRegistry.class);
            try (var hold = provider.hold("chat", "before-answer")) {
                var job = work.chatTelling("sim-chat", receiver.uri("/hook").toString());
                hold.awaitHeld(1);
                assertThat(gauge(meters, "millrace.slots.taken", "kind", "chat"))
                        .isEqualTo(1);
                hold.close();
                assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
            }
            awaitThat(
                    "a delivery is under way",
                    () -> meters.get("millrace.deliveries.in.flight").gauge().value() == 1);
            awaitThat("the slot is free again", () -> gauge(meters, "millrace.slots.taken", "kind", "chat") == 0);
            answered.countDown();
            awaitThat("the attempt is counted", () -> count(meters, "millrace.deliveries", "server_error") == 1);
            awaitThat(
                    "it is over",
                    () -> meters.get("millrace.deliveries.in.flight").gauge().value() == 0);

            var video = work.video("sim-video~render=50ms~poll-after=50ms~poll.status=503~poll.times=1");
            assertThat(work.awaitEnd(video)).isEqualTo("succeeded");
            assertThat(count(meters, "millrace.polls", "unknown")).isEqualTo(1);
            assertThat(count(meters, "millrace.polls", "completed")).isEqualTo(1);
        } finally {
            answered.countDown();
        }
    }

    private static double gauge(MeterRegistry meters, String name, String tag, String value) {
        return meters.get(name).tag(tag, value).gauge().value();
    }

    private static double count(MeterRegistry meters, String name, String outcome) {
        var counter = meters.find(name).tag("outcome", outcome).counter();
        return counter == null ? 0 : counter.count();
    }

    private static void awaitThat(String what, Callable<Boolean> condition) {
        Awaitility.await(what).atMost(Work.SOON).until(condition);
    }
}
