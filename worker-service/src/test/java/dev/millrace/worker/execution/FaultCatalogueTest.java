package dev.millrace.worker.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.fault.Fault;
import dev.millrace.worker.fixture.Provider;
import dev.millrace.worker.fixture.RunningWorker;
import dev.millrace.worker.fixture.TestRoute;
import dev.millrace.worker.fixture.Work;
import dev.millrace.worker.fixture.Work.Submitted;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/// What becomes of a queued chat job whose first deployment has one of the catalogue's faults, with a healthy second
/// deployment and without one, and what the provider saw of it. All jobs run side by side, each at providers of its
/// own. What only a stream can do, a queued call, whose answer is asked for in one piece, never meets.
@DisplayNameGeneration(ReplaceUnderscores.class)
class FaultCatalogueTest {

    private static final int MOST_ATTEMPTS = 3;

    /// Between a call's end and the next at another deployment, in milliseconds.
    private static final double AT_ONCE = 300;

    @TempDir
    private static Path assets;

    private static final TestDatabase DATABASE = TestDatabase.create();
    private static final Map<Fault, TestRoute> ALONE = new EnumMap<>(Fault.class);
    private static final Map<Fault, TestRoute> SPARED = new EnumMap<>(Fault.class);
    private static final Map<Fault, Submitted> ALONE_JOBS = new EnumMap<>(Fault.class);
    private static final Map<Fault, Submitted> SPARED_JOBS = new EnumMap<>(Fault.class);
    private static final TestRoute LARGER = new TestRoute("too-long-with-larger")
            .deployment(Fault.CONTEXT_TOO_LONG.upstream(), 8_000)
            .deployment("sim-chat~tag=as-small", 8_000)
            .deployment("sim-chat~tag=larger", 100_000);
    private static final TestRoute LARGER_RESTS = new TestRoute("too-long-while-larger-rests")
            .deployment(Fault.CONTEXT_TOO_LONG.upstream(), 8_000)
            .deployment("sim-chat~status=429~retry-after=60", 100_000);

    private static final TestRoute HURRIED =
            new TestRoute("silence-for-the-hurried").deployment(Fault.SILENCE.upstream());

    private static RunningWorker worker;
    private static Work work;

    @BeforeAll
    static void submit_all() {
        var settings = new ArrayList<String>();
        Collections.addAll(
                settings,
                "millrace.retry.most-attempts=" + MOST_ATTEMPTS,
                "millrace.retry.base=200ms",
                "millrace.retry.cap=400ms",
                "millrace.worker.chat-deadline=2s");
        for (var fault : Fault.values()) {
            ALONE.put(fault, new TestRoute(fault.model()).deployment(fault.upstream()));
            SPARED.put(
                    fault,
                    new TestRoute(fault.model() + "-spared")
                            .deployment(fault.upstream())
                            .deployment("sim-chat~tag=spare"));
        }
        ALONE.values().forEach(route -> settings.addAll(route.settings()));
        SPARED.values().forEach(route -> settings.addAll(route.settings()));
        settings.addAll(LARGER.settings());
        settings.addAll(LARGER_RESTS.settings());
        settings.addAll(HURRIED.settings());
        settings.add("millrace.models." + HURRIED.model() + ".chat.queued-whole=500ms");
        worker = RunningWorker.start(DATABASE, new Provider(), assets, settings.toArray(String[]::new));
        work = new Work(DATABASE);
        ALONE.forEach((fault, route) -> ALONE_JOBS.put(fault, work.chat(route.model())));
        SPARED.forEach((fault, route) -> SPARED_JOBS.put(fault, work.chat(route.model())));
    }

    @AfterAll
    static void end() {
        worker.close();
        DATABASE.close();
    }

    private static Submitted alone(Fault fault) {
        return Objects.requireNonNull(ALONE_JOBS.get(fault));
    }

    private static TestRoute routeAlone(Fault fault) {
        return Objects.requireNonNull(ALONE.get(fault));
    }

    private static Submitted spared(Fault fault) {
        return Objects.requireNonNull(SPARED_JOBS.get(fault));
    }

    private static TestRoute routeSpared(Fault fault) {
        return Objects.requireNonNull(SPARED.get(fault));
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {
                "CONTEXT_TOO_LONG",
                "CONTENT_REFUSED",
                "SLOW",
                "SLOW_FIRST_TOKEN",
                "MALFORMED_CHUNK",
                "NO_END_MARKER",
                "ERROR_FIRST",
                "NO_USAGE",
                "USAGE_ON_THE_FINISH"
            })
    void a_healthy_second_deployment_is_asked_at_once_and_each_saw_one_call(Fault fault) {
        var job = spared(fault);
        var route = routeSpared(fault);

        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");

        assertThat(work.attempts(job)).containsExactly("1 failed " + fault.outcome(), "2 succeeded succeeded");
        assertThat(route.calls(1, job)).hasSize(1);
        assertThat(route.calls(2, job)).hasSize(1);
        assertThat(work.texts("select type from job_event where job_id = :id order by sequence", job))
                .as("it was not put back in between")
                .containsExactly("job.running", "job.succeeded");
    }

    @Test
    void no_wait_lies_between_two_deployments_of_a_worker_that_is_warm() {
        for (var fault : Fault.values()) {
            work.awaitEnd(spared(fault));
        }
        var route = routeSpared(Fault.MANY_5XX);
        var waits = new ArrayList<Double>();
        // With the first of all that is four failures, one fewer than open its breaker.
        for (int i = 0; i < 3; i++) {
            var job = work.chat(route.model());
            assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
            waits.add(route.pause(1, 2, job));
        }
        Collections.sort(waits);

        assertThat(waits.get(1)).as("the median of %s", waits).isLessThan(AT_ONCE);
    }

    @ParameterizedTest
    @EnumSource(names = {"ONE_5XX", "FLAPPING"})
    void what_has_passed_by_the_next_attempt_costs_its_job_one_attempt_and_a_wait(Fault fault) {
        var job = alone(fault);

        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");

        assertThat(work.attempts(job)).containsExactly("1 failed " + fault.outcome(), "2 succeeded succeeded");
        assertThat(routeAlone(fault).calls(1, job)).hasSize(2);
        assertThat(routeAlone(fault).gap(1, job, 2))
                .as("jitter takes half of 200 ms at most")
                .isGreaterThan(99);
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "MANY_5XX",
                "OVERLOADED_529",
                "RESET",
                "RESET_MID_ANSWER",
                "SILENCE",
                "STALL",
                "CUT",
                "MALFORMED",
                "NO_FINISH",
                "OK_WITH_AN_ERROR",
                "OK_WITH_HTML",
                "EMPTY"
            })
    void what_lasts_fails_its_job_after_the_attempts_that_are_allowed_and_their_waits(Fault fault) {
        var job = alone(fault);
        var route = routeAlone(fault);

        assertThat(work.awaitEnd(job)).isEqualTo("failed");

        assertThat(work.attempts(job))
                .containsExactly(
                        "1 failed " + fault.outcome(), "2 failed " + fault.outcome(), "3 failed " + fault.outcome());
        assertThat(route.calls(1, job)).as("nothing below repeats a call").hasSize(MOST_ATTEMPTS);
        assertThat(route.gap(1, job, 2)).isGreaterThan(99);
        assertThat(route.gap(1, job, 3)).as("the wait doubles").isGreaterThan(199);
    }

    /// For how long its first attempt went on, in milliseconds.
    private static double lasted(Submitted job) {
        return Double.parseDouble(work.text("""
                        select extract(epoch from finished_at - started_at) * 1000 from attempt
                        where job_id = :id and number = 1
                        """, job));
    }

    @Test
    void silence_is_borne_for_the_deadline_of_the_call() {
        var job = alone(Fault.SILENCE);
        work.awaitEnd(job);

        assertThat(lasted(job)).as("the deadline of 2 s").isBetween(2_000.0, 5_000.0);
        assertThat(routeAlone(Fault.SILENCE).gap(1, job, 2))
                .as("from when the provider had read the first, which may be later than it was sent")
                .isBetween(1_500.0, 6_000.0);
    }

    @Test
    void a_model_may_bear_silence_for_less() {
        var job = work.chat(HURRIED.model());

        assertThat(work.awaitEnd(job)).isEqualTo("failed");

        assertThat(work.attempts(job)).contains("1 failed timeout");
        assertThat(lasted(job)).as("its deadline of 500 ms").isBetween(500.0, 1_900.0);
        assertThat(HURRIED.calls(1, job)).hasSize(MOST_ATTEMPTS);
    }

    @Test
    void a_rate_limit_without_a_wait_is_not_met_again_at_once() {
        var job = alone(Fault.RATE_LIMITED);

        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");

        assertThat(work.attempts(job)).containsExactly("1 failed rate_limited", "2 succeeded succeeded");
        assertThat(routeAlone(Fault.RATE_LIMITED).gap(1, job, 2)).isGreaterThan(99);
    }

    @ParameterizedTest
    @EnumSource(names = {"RATE_LIMITED_WITH_A_WAIT", "OVERLOADED_WITH_A_WAIT"})
    void a_wait_that_was_asked_for_is_obeyed(Fault fault) {
        var job = alone(fault);

        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");

        assertThat(work.attempts(job)).containsExactly("1 failed " + fault.outcome(), "2 succeeded succeeded");
        assertThat(routeAlone(fault).gap(1, job, 2)).as("a wait of 4 s").isBetween(3_900.0, 5_500.0);
    }

    @ParameterizedTest
    @EnumSource(names = {"WRONG_KEY", "QUOTA_GONE"})
    void a_key_that_is_set_aside_is_not_tried_on_by_the_jobs_that_wait_for_it(Fault fault) {
        var job = alone(fault);
        work.await("select 1 from job_event where job_id = :id and type = 'job.queued'", job);

        var other = work.chat(routeAlone(fault).model());
        work.await("select 1 from job_event where job_id = :id and type = 'job.queued'", other);

        assertThat(work.attempts(job)).containsExactly("1 failed " + fault.outcome());
        assertThat(work.attempts(other))
                .as("it found no key, which costs nothing")
                .isEmpty();
        assertThat(routeAlone(fault).provider(1).requests("chat")).hasSize(1);
    }

    @Test
    void a_refusal_of_the_content_is_the_jobs_answer_whoever_else_could_be_asked() {
        for (var job : new Submitted[] {alone(Fault.CONTENT_REFUSED), spared(Fault.CONTENT_REFUSED)}) {
            assertThat(work.awaitEnd(job)).isEqualTo("failed");
            assertThat(work.errorCode(job)).isEqualTo("content_policy_violation");
            assertThat(work.attempts(job)).containsExactly("1 failed content_refused");
        }
        assertThat(routeSpared(Fault.CONTENT_REFUSED).provider(2).requests("chat"))
                .isEmpty();
    }

    @Test
    void a_context_too_long_fails_its_job_where_nobody_is_known_to_take_more() {
        for (var job : new Submitted[] {alone(Fault.CONTEXT_TOO_LONG), spared(Fault.CONTEXT_TOO_LONG)}) {
            assertThat(work.awaitEnd(job)).isEqualTo("failed");
            assertThat(work.errorCode(job)).isEqualTo("context_length_exceeded");
            assertThat(work.attempts(job)).containsExactly("1 failed context_too_long");
        }
        assertThat(routeSpared(Fault.CONTEXT_TOO_LONG).provider(2).requests("chat"))
                .isEmpty();
    }

    @Test
    void a_context_too_long_moves_only_to_a_deployment_with_a_larger_configured_limit() {
        var job = work.chat(LARGER.model());

        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");

        assertThat(work.attempts(job)).containsExactly("1 failed context_too_long", "2 succeeded succeeded");
        assertThat(LARGER.provider(2).requests("chat")).isEmpty();
        assertThat(LARGER.calls(3, job)).hasSize(1);
    }

    @Test
    void a_context_too_long_waits_in_the_queue_for_a_larger_deployment_that_rests() {
        var limited = work.chat(LARGER_RESTS.model() + "-2");
        work.await("select 1 from attempt where job_id = :id and outcome = 'rate_limited'", limited);

        var job = work.chat(LARGER_RESTS.model());

        work.await("select 1 from job_event where job_id = :id and detail ->> 'reason' = 'retry'", job);
        assertThat(work.attempts(job)).containsExactly("1 failed context_too_long");
        assertThat(LARGER_RESTS.calls(2, job)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "SLOW",
                "SLOW_FIRST_TOKEN",
                "MALFORMED_CHUNK",
                "NO_END_MARKER",
                "ERROR_FIRST",
                "NO_USAGE",
                "USAGE_ON_THE_FINISH"
            })
    void what_is_only_odd_or_only_a_streams_is_an_answer(Fault fault) {
        for (var job : new Submitted[] {alone(fault), spared(fault)}) {
            assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
            assertThat(work.attempts(job)).containsExactly("1 succeeded succeeded");
        }
        assertThat(routeSpared(fault).provider(2).requests("chat")).isEmpty();
    }

    @Test
    void usage_that_the_provider_does_not_tell_is_guessed_and_marked_so() {
        var job = alone(Fault.NO_USAGE);
        work.awaitEnd(job);

        assertThat(work.text("select usage::json ->> 'estimated' from job_end where job_id = :id", job))
                .isEqualTo("true");
        assertThat(work.number("select tokens_out from attempt where job_id = :id", job))
                .isPositive();
    }

    @Test
    void no_call_leaves_its_place_at_a_deployment_taken() {
        for (var fault : Fault.values()) {
            work.awaitEnd(spared(fault));
        }
        var places = worker.bean(MeterRegistry.class)
                .get("millrace.deployment.places")
                .gauge();

        Awaitility.await("all places are given back").atMost(Work.SOON).until(() -> places.value() == 0);
    }
}
