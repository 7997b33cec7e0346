package dev.millrace.worker.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.worker.fixture.Provider;
import dev.millrace.worker.fixture.RunningWorker;
import dev.millrace.worker.fixture.TestRoute;
import dev.millrace.worker.fixture.Work;
import dev.millrace.worker.fixture.Work.Submitted;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A worker with slots for thousands, and with memory for three requests of 900 KB.
@DisplayNameGeneration(ReplaceUnderscores.class)
class LargeRequestsTest {

    private static final int LARGE = 900_000;
    private static final int FIT = 3;
    private static final int JOBS = 12;

    /// An answer is written a moment before it is read, and noted by the provider a moment after.
    private static final double OVERLAP_MICROS = 50_000;

    @TempDir
    Path assets;

    private final TestDatabase database = TestDatabase.create();
    private final Work work = new Work(database);
    private final Provider provider = new Provider();
    private final TestRoute small = new TestRoute("small").deployment("sim-chat");

    @AfterEach
    void end() {
        database.close();
    }

    private RunningWorker start() {
        var settings = new ArrayList<>(small.settings());
        settings.add("millrace.worker.request-bytes=3MB");
        return RunningWorker.start(database, provider, assets, settings.toArray(String[]::new));
    }

    private static double bytesInHand(RunningWorker worker) {
        return worker.bean(MeterRegistry.class)
                .get("millrace.request.bytes")
                .gauge()
                .value();
    }

    private static void awaitNothingInHand(RunningWorker worker) {
        Awaitility.await("all has been given back").atMost(Work.SOON).until(() -> bytesInHand(worker) == 0);
    }

    private long waiting(List<Submitted> jobs) {
        return jobs.stream()
                .filter(job -> !work.texts("select 1 from job_dispatch where job_id = :id", job)
                        .isEmpty())
                .count();
    }

    private void assertRanOnce(List<Submitted> jobs) {
        for (var job : jobs) {
            assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
            assertThat(work.attempts(job)).containsExactly("1 succeeded succeeded");
            assertThat(work.texts("select type from job_event where job_id = :id order by sequence", job))
                    .containsExactly("job.running", "job.succeeded");
        }
    }

    /// Most calls of an operation that the provider had under way at once.
    private int mostAtOnce(String operation) {
        var calls = provider.requests(operation);
        return calls.stream()
                .mapToInt(call -> (int) calls.stream()
                        .filter(other -> begun(other) <= begun(call) && ended(other) > begun(call))
                        .count())
                .max()
                .orElse(0);
    }

    private static double begun(JsonNode call) {
        return call.required("time_us").asDouble();
    }

    private static double ended(JsonNode call) {
        return begun(call) + call.required("duration_ms").asDouble() * 1e3 - OVERLAP_MICROS;
    }

    @Test
    void no_more_large_requests_are_in_hand_than_there_is_memory_for_and_small_jobs_go_on_beside_them() {
        try (var worker = start();
                var hold = provider.hold("chat", "before-answer")) {
            var large = IntStream.range(0, JOBS)
                    .mapToObj(i -> work.chatOf("sim-chat", LARGE))
                    .toList();
            hold.awaitHeld(FIT);

            var others =
                    Stream.generate(() -> work.chat(small.model())).limit(40).toList();

            assertRanOnce(others);
            assertThat(hold.arrived()).isEqualTo(FIT);
            assertThat(waiting(large)).as("left for whoever has memory").isEqualTo(JOBS - FIT);
            assertThat(bytesInHand(worker)).isBetween((double) FIT * LARGE, 3.0 * 1024 * 1024);

            hold.close();

            assertRanOnce(large);
            awaitNothingInHand(worker);
        }
    }

    @Test
    void all_large_jobs_run_in_the_end_as_many_at_once_as_fit() {
        try (var worker = start()) {
            var jobs = IntStream.range(0, 2 * JOBS)
                    .mapToObj(i -> work.chatOf("sim-chat~latency=150ms", LARGE))
                    .toList();

            assertRanOnce(jobs);

            assertThat(mostAtOnce("chat")).isEqualTo(FIT);
            awaitNothingInHand(worker);
        }
    }

    @Test
    void creates_of_renders_count_with_the_chats() {
        try (var worker = start();
                var creates = provider.hold("video.create", "before-answer");
                var chats = provider.hold("chat", "before-answer")) {
            var chat = work.chatOf("sim-chat", LARGE);
            chats.awaitHeld(1);
            var videos = IntStream.range(0, JOBS)
                    .mapToObj(i -> work.videoOf("sim-video~render=50ms~poll-after=50ms", LARGE))
                    .toList();
            creates.awaitHeld(FIT - 1);

            assertRanOnce(List.of(work.chat(small.model())));
            assertThat(creates.arrived()).isEqualTo(FIT - 1);

            creates.close();
            chats.close();

            for (var video : videos) {
                assertThat(work.awaitEnd(video)).isEqualTo("succeeded");
                assertThat(provider.renders(video.prompt())).hasSize(1);
            }
            assertRanOnce(List.of(chat));
            assertThat(mostAtOnce("video.create")).isLessThanOrEqualTo(FIT);
            awaitNothingInHand(worker);
        }
    }

    @Test
    void one_that_is_larger_than_all_the_memory_runs_alone() {
        try (var worker = start();
                var hold = provider.hold("chat", "before-answer")) {
            var huge = work.chatOf("sim-chat", 4 * 1024 * 1024);
            hold.awaitHeld(1);
            var next = work.chatOf("sim-chat", LARGE);

            assertRanOnce(List.of(work.chat(small.model())));
            assertThat(hold.arrived()).isEqualTo(1);

            hold.close();
            assertRanOnce(List.of(huge, next));
            awaitNothingInHand(worker);
        }
    }
}
