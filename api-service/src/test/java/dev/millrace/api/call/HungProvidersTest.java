package dev.millrace.api.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.Chats;
import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.SimulatedApi;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/// Providers that take calls and answer none, each with places for more of them than one process has: of the process's
/// they leave some to the others.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class HungProvidersTest {

    private static final int MOST_CALLS = 200;

    private static final SimulatedApi api = new SimulatedApi.Setup()
            .route("hung", "sim-chat")
            .route("hung-too", "sim-chat")
            .route("alive", "sim-chat")
            .set("chat.most-calls", Integer.toString(MOST_CALLS))
            .start();

    private final ApiClient caller = api.newCaller();

    @AfterAll
    static void stop() {
        api.close();
    }

    private List<CompletableFuture<Reply>> ask(int calls, String model) {
        var asked = new ArrayList<CompletableFuture<Reply>>();
        for (int i = 0; i < calls; i++) {
            var body = i % 2 == 0 ? Chats.of(model) : Chats.streamed(model);
            asked.add(CompletableFuture.supplyAsync(() -> caller.post(Chats.PATH, body), Thread::startVirtualThread));
        }
        return asked;
    }

    /// Waits until all but so many have their answer, which is a refusal that says when to come again.
    private static void assertRefusedButFor(int held, List<CompletableFuture<Reply>> asked) {
        Awaitility.await("those without a place are refused")
                .atMost(Duration.ofSeconds(20))
                .until(() -> asked.stream().filter(Future::isDone).count() >= asked.size() - held);
        var refused = asked.stream()
                .filter(Future::isDone)
                .map(CompletableFuture::join)
                .toList();
        assertThat(refused).hasSize(asked.size() - held).allSatisfy(refusal -> {
            assertThat(refusal.status()).isIn(429, 503);
            assertThat(refusal.header("retry-after")).hasValue("1");
        });
    }

    @Test
    void two_providers_that_hang_together_leave_room_for_calls_to_another() {
        var hanging = new ArrayList<CompletableFuture<Reply>>();
        try (var hold = api.hold("hung-1");
                var holdToo = api.hold("hung-too-1")) {
            var first = ask(MOST_CALLS + 20, "hung");
            hold.awaitHeld(178);
            assertRefusedButFor(178, first);
            var second = ask(40, "hung-too");
            holdToo.awaitHeld(20);
            assertRefusedButFor(20, second);
            hanging.addAll(first);
            hanging.addAll(second);

            for (int i = 0; i < 10; i++) {
                var answer = caller.post(Chats.PATH, Chats.of("alive"));
                assertThat(answer.status()).as(answer.text()).isEqualTo(200);
            }

            long from = System.nanoTime();
            var refusal = caller.post(Chats.PATH, Chats.of("hung"));
            assertThat(refusal.status()).isEqualTo(503);
            assertThat(refusal.code()).isEqualTo("model_unavailable");
            assertThat(refusal.header("retry-after")).hasValue("1");
            assertThat(Duration.ofNanos(System.nanoTime() - from))
                    .as("it does not wait in the place of one that need not")
                    .isLessThan(Duration.ofMillis(1_500));
        }
        assertThat(hanging.stream().map(CompletableFuture::join).filter(answer -> answer.status() == 200))
                .as("those that were let in are served")
                .hasSize(198);
        assertThat(caller.post(Chats.PATH, Chats.of("hung")).status())
                .as("its places are free again")
                .isEqualTo(200);
    }
}
