package dev.millrace.api.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.Chats;
import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.SimulatedApi;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/// A provider that takes calls and answers none: it holds its own places, and nobody else's.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class HangingProviderTest {

    /// Which the hanging provider may have under way at once.
    private static final int PLACES = 24;

    /// Which the whole process may have under way at once.
    private static final int MOST_CALLS = 64;

    private static final int CALLERS = 16;
    private static final int CALLS_OF_EACH = 12;
    private static final int ROUNDS = 5;

    /// A limit, at three times the number: the 1.2 itself is measured by the benchmarks' row `hang`, on a machine where
    /// nothing else runs.
    private static final double MOST = 3 * 1.2;

    private static final SimulatedApi api = new SimulatedApi.Setup()
            .route("alive", "sim-chat~latency=60ms")
            .provider("hung", "sk-canary-hung")
            .set("providers.hung.calls", Integer.toString(PLACES))
            .deployment("hanging", 0, "hung", "sim-chat")
            .deployment("hanging-too", 0, "hung", "sim-chat~tag=too")
            .deployment("with-another", 0, "hung", "sim-chat~tag=with-another")
            .set("models.with-another.fallback[0]", "alive")
            .set("chat.most-calls", Integer.toString(MOST_CALLS))
            .start();

    private final ApiClient caller = api.newCaller();

    @AfterAll
    static void stop() {
        api.close();
    }

    /// All places of the provider, taken until this is closed; then each call is answered. Two of its models take as
    /// many as they may, which leaves one for the third.
    private final class Full implements AutoCloseable {
        private final List<CompletableFuture<Reply>> calls = new ArrayList<>();
        private final SimulatedApi.Hold hold = api.hold("hung");

        Full() {
            for (int i = 0; i < PLACES - 1; i++) {
                call(i % 2 == 0 ? Chats.of("hanging") : Chats.streamed("hanging-too"));
            }
            hold.awaitHeld(PLACES - 1);
            call(Chats.of("with-another"));
            hold.awaitHeld(PLACES);
        }

        private void call(String body) {
            calls.add(asking(body));
        }

        private CompletableFuture<Reply> asking(String body) {
            return CompletableFuture.supplyAsync(() -> caller.post(Chats.PATH, body), Thread::startVirtualThread);
        }

        /// More callers come than the process has places, and each is refused.
        void refuseMany() {
            var more = new ArrayList<CompletableFuture<Reply>>();
            for (int i = 0; i < MOST_CALLS; i++) {
                more.add(asking(Chats.of("hanging")));
            }
            for (var one : more) {
                assertThat(one.orTimeout(20, TimeUnit.SECONDS).join().status()).isIn(429, 503);
            }
        }

        @Override
        public void close() {
            hold.close();
            for (var call : calls) {
                assertThat(call.join().status()).isEqualTo(200);
            }
        }
    }

    /// How long calls to the living provider took at p99, in milliseconds. All are answered, each by one attempt.
    private double p99() throws InterruptedException, ExecutionException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var callers = new ArrayList<Future<double[]>>();
            for (int i = 0; i < CALLERS; i++) {
                callers.add(threads.submit(this::calls));
            }
            var all = new ArrayList<Double>();
            for (var one : callers) {
                Arrays.stream(one.get()).forEach(all::add);
            }
            all.sort(null);
            return all.get((int) Math.ceil(0.99 * all.size()) - 1);
        }
    }

    private double[] calls() {
        var took = new double[CALLS_OF_EACH];
        for (int i = 0; i < CALLS_OF_EACH; i++) {
            long from = System.nanoTime();
            var answer = caller.post(Chats.PATH, Chats.of("alive"));
            took[i] = (System.nanoTime() - from) / 1e6;
            assertThat(answer.status()).as(answer.text()).isEqualTo(200);
            assertThat(answer.header("x-millrace-attempts")).hasValue("1");
        }
        return took;
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    @Test
    void calls_to_another_provider_are_all_answered_and_hardly_later_than_without_it() throws Exception {
        p99();
        var alone = new ArrayList<Double>();
        var beside = new ArrayList<Double>();
        for (int round = 0; round < ROUNDS; round++) {
            alone.add(p99());
            try (var full = new Full()) {
                beside.add(p99());
                assertThat(full.calls).noneMatch(Future::isDone);
            }
        }

        assertThat(median(beside)).as("p99 beside %s, alone %s", beside, alone).isLessThan(MOST * median(alone));
    }

    @Test
    void those_it_has_no_place_for_take_none_of_the_process() throws Exception {
        try (var full = new Full()) {
            full.refuseMany();

            assertThat(p99()).as("of calls that are all answered").isPositive();
            assertThat(full.calls).noneMatch(Future::isDone);
        }
    }

    @Test
    void what_it_has_no_place_for_is_refused_with_when_to_come_again_and_never_sent() {
        int before = api.received("hung").size();
        try (var full = new Full()) {
            assertThat(full.calls).noneMatch(Future::isDone);

            var answer = caller.post(Chats.PATH, Chats.of("hanging"));

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.header("retry-after")).hasValue("1");
            assertThat(answer.header("x-millrace-attempts")).hasValue("0");
            assertThat(api.received("hung")).hasSize(before + PLACES);
        }
        assertThat(caller.post(Chats.PATH, Chats.of("hanging")).status())
                .as("its places are free again")
                .isEqualTo(200);
    }

    @Test
    void what_it_has_no_place_for_goes_to_another_deployment_where_there_is_one() {
        try (var full = new Full()) {
            assertThat(full.calls).noneMatch(Future::isDone);

            var answer = caller.post(Chats.PATH, Chats.of("with-another"));

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("x-millrace-provider")).hasValue("alive-1");
            assertThat(answer.header("x-millrace-attempts")).hasValue("1");
        }
    }
}
