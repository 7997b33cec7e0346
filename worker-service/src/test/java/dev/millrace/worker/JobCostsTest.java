package dev.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.worker.fixture.Provider;
import dev.millrace.worker.fixture.RunningWorker;
import dev.millrace.worker.fixture.Work;
import dev.millrace.worker.fixture.Work.Submitted;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a job costs at a worker with a table of prices: it stands on the attempt and in the sums, and nothing stays
/// reserved.
@DisplayNameGeneration(ReplaceUnderscores.class)
class JobCostsTest {

    @TempDir
    private static Path assets;

    private static final Provider PROVIDER = new Provider();
    private static final TestDatabase DATABASE = TestDatabase.create();
    private static RunningWorker worker;

    private final Work work = new Work(DATABASE);

    @BeforeAll
    static void start() {
        var settings = new ArrayList<String>();
        settings.addAll(route("talk", "chat", "sim-chat"));
        settings.addAll(route("refusal", "chat", "sim-chat~status=400"));
        settings.addAll(route("film", "video", "sim-video~render=20ms~poll-after=20ms"));
        settings.addAll(route("spoilt", "video", "sim-video~render=20ms~poll-after=20ms~fail=moderation_blocked"));
        settings.addAll(
                route("free", "video", "sim-video~render=20ms~poll-after=20ms~fail=moderation_blocked~tag=free"));
        settings.add("millrace.models.free.render.failed-renders-billed=false");
        settings.addAll(List.of(
                "millrace.prices.table[0].of=talk",
                "millrace.prices.table[0].in=1000000",
                "millrace.prices.table[0].out=2000000",
                "millrace.prices.table[1].of=refusal",
                "millrace.prices.table[1].call=0.25",
                "millrace.prices.table[1].failed-calls=true"));
        int next = 2;
        for (var model : List.of("film", "spoilt", "free")) {
            settings.add("millrace.prices.table[" + next + "].of=" + model);
            settings.add("millrace.prices.table[" + next++ + "].seconds.any=0.5");
        }
        worker = RunningWorker.start(DATABASE, PROVIDER, assets, settings.toArray(String[]::new));
    }

    private static List<String> route(String name, String kind, String upstream) {
        var path = "millrace.models." + name;
        return List.of(
                path + ".kind=" + kind,
                path + ".deployments[0].provider=simulator",
                path + ".deployments[0].model=" + upstream);
    }

    @AfterAll
    static void stop() {
        worker.close();
        DATABASE.close();
    }

    @BeforeEach
    void have_a_budget() {
        work.reserving("100");
    }

    /// It stands in three places, and they agree.
    private void assertCosts(Submitted job, double cost) {
        assertThat(Double.parseDouble(work.text("select sum(cost) from attempt where job_id = :id", job)))
                .as("on the attempts")
                .isEqualTo(cost);
        assertThat(work.books().spent().doubleValue()).as("in the sums").isEqualTo(cost);
        assertThat(work.books().reserved().signum()).as("still reserved").isZero();
    }

    @Test
    void a_chat_costs_its_tokens() {
        var job = work.chat("talk");
        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
        long tokens = work.number("select tokens_in + 2 * tokens_out from attempt where job_id = :id", job);
        assertThat(tokens).isPositive();
        assertCosts(job, tokens);
    }

    @Test
    void a_chat_that_failed_costs_what_a_failed_call_does() {
        var job = work.chat("refusal");
        assertThat(work.awaitEnd(job)).isEqualTo("failed");
        assertCosts(job, 0.25);
    }

    @Test
    void a_render_costs_its_seconds() {
        var job = work.video("film", Map.of("seconds", "8", "size", "1280x720"));
        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
        assertCosts(job, 4);
        assertThat(work.number("select seconds from attempt where job_id = :id", job))
                .isEqualTo(8);
    }

    @Test
    void a_render_that_failed_costs_as_much_where_the_provider_bills_it() {
        var job = work.video("spoilt", Map.of("seconds", "8"));
        assertThat(work.awaitEnd(job)).isEqualTo("failed");
        assertCosts(job, 4);
    }

    @Test
    void a_render_that_failed_costs_nothing_where_the_route_says_so() {
        var job = work.video("free", Map.of("seconds", "8"));
        assertThat(work.awaitEnd(job)).isEqualTo("failed");
        assertCosts(job, 0);
    }

    @Test
    void a_job_without_a_price_has_a_cost_that_is_unknown_keeps_nothing_reserved_and_shows_in_a_metric() {
        double before = unpriced();

        var chat = work.chat("sim-chat~tag=no-price");
        var video = work.video("sim-video~render=20ms~poll-after=20ms~tag=no-price");

        for (var job : List.of(chat, video)) {
            assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
            assertThat(work.text("select cost from attempt where job_id = :id", job))
                    .isEqualTo("null");
        }
        assertThat(work.books().spent().signum()).isZero();
        assertThat(work.books().reserved().signum()).isZero();
        assertThat(unpriced()).isEqualTo(before + 2);
    }

    private static double unpriced() {
        return worker.bean(MeterRegistry.class).find("millrace.attempts.unpriced").counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }
}
