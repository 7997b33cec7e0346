package dev.millrace.worker.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.job.JobKind;
import dev.millrace.worker.fixture.Provider;
import dev.millrace.worker.fixture.RunningWorker;
import dev.millrace.worker.fixture.TestRoute;
import dev.millrace.worker.fixture.Work;
import dev.millrace.worker.fixture.Work.Submitted;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Providers that take calls and answer none, each with places for more of them than the worker has slots: of the
/// slots they leave some to the others.
@DisplayNameGeneration(ReplaceUnderscores.class)
class HungProvidersTest {

    private static final int SLOTS = 100;

    @TempDir
    Path assets;

    private final TestDatabase database = TestDatabase.create();
    private final Work work = new Work(database);
    private final TestRoute hung = new TestRoute("hung").deployment("sim-chat~tag=hung");
    private final TestRoute hungToo = new TestRoute("hung-too").deployment("sim-chat~tag=hung-too");
    private final TestRoute alive = new TestRoute("alive").deployment("sim-chat~latency=20ms");

    @AfterEach
    void end() {
        database.close();
    }

    private RunningWorker start() {
        var settings = new ArrayList<String>();
        Stream.of(hung, hungToo, alive)
                .flatMap(route -> route.settings().stream())
                .forEach(settings::add);
        settings.add("millrace.worker.chat-slots=" + SLOTS);
        return RunningWorker.start(database, new Provider(), assets, settings.toArray(String[]::new));
    }

    private List<Submitted> chats(TestRoute route, int count) {
        return IntStream.range(0, count).mapToObj(i -> work.chat(route.model())).toList();
    }

    @Test
    void two_providers_that_hang_together_leave_slots_to_the_jobs_of_another() {
        try (var worker = start();
                var hold = hung.provider(1).hold("chat", "before-answer");
                var holdToo = hungToo.provider(1).hold("chat", "before-answer")) {
            var hanging = chats(hung, 93);
            hold.awaitHeld(89);
            var hangingToo = chats(hungToo, 14);
            holdToo.awaitHeld(9);

            for (var job : chats(alive, 5)) {
                assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
                assertThat(work.attempts(job)).containsExactly("1 succeeded succeeded");
            }

            assertThat(hung.provider(1).requests("chat")).as("eight ninths").hasSize(89);
            assertThat(hungToo.provider(1).requests("chat"))
                    .as("and of the rest, but for a place for each of the two that have none")
                    .hasSize(9);
            assertThat(worker.bean(Executor.class).slots(JobKind.CHAT).taken()).isGreaterThanOrEqualTo(98);
            for (var job : waiting(hung, hanging)) {
                assertThat(work.attempts(job)).as("to wait costs none").isEmpty();
            }

            hold.close();
            holdToo.close();

            for (var job : hanging) {
                assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
                assertThat(work.attempts(job)).containsExactly("1 succeeded succeeded");
            }
            for (var job : hangingToo) {
                assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
            }
        }
    }

    private static List<Submitted> waiting(TestRoute route, List<Submitted> jobs) {
        return jobs.stream().filter(job -> route.calls(1, job).isEmpty()).toList();
    }
}
