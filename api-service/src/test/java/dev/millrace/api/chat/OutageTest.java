package dev.millrace.api.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.Chats;
import dev.millrace.api.fixture.Events;
import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.SimulatedApi;
import java.util.ArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Many calls while a provider is in trouble.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class OutageTest {

    private static final SimulatedApi api = new SimulatedApi.Setup()
            .route("flaps", "sim-chat~status=500~flap=1/3", "sim-chat")
            .route("flaps-streaming", "sim-chat~status=500~flap=1/3", "sim-chat")
            .route("flaps-at-a-rate", "sim-chat~status=500~flap=1/11", "sim-chat")
            .route("down", "sim-chat~status=503", "sim-chat")
            .route("many", "sim-chat~tokens=5~gap=50ms")
            .start();

    private final ApiClient caller = api.newCaller();

    @AfterAll
    static void stop() {
        api.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"flaps", "flaps-streaming"})
    void a_provider_that_fails_now_and_then_is_not_noticed(String model) {
        for (int i = 0; i < 20; i++) {
            var answer = caller.post(Chats.PATH, model.equals("flaps") ? Chats.of(model) : Chats.streamed(model));
            assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        }
    }

    @Test
    void a_provider_that_fails_one_call_in_twelve_is_not_noticed_at_a_hundred_a_second_either() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var calls = new ArrayList<Future<Reply>>();
            long began = System.nanoTime();
            for (int i = 0; i < 500; i++) {
                // The next caller comes 10 ms after the one before.
                LockSupport.parkNanos(began + i * 10_000_000L - System.nanoTime());
                calls.add(threads.submit(() -> caller.post(Chats.PATH, Chats.of("flaps-at-a-rate"))));
            }
            for (var call : calls) {
                assertThat(call.get().status()).as(call.get().text()).isEqualTo(200);
            }
        }
        assertThat(api.received("flaps-at-a-rate-2"))
                .as("more than the floor of ten for each of the two")
                .hasSizeBetween(35, 45);
    }

    @Test
    void a_provider_that_is_down_is_soon_not_asked_any_more() {
        for (int i = 0; i < 30; i++) {
            assertThat(caller.post(Chats.PATH, Chats.of("down")).status()).isEqualTo(200);
        }

        assertThat(api.received("down-1")).hasSizeBetween(1, 15);
        assertThat(api.received("down-2")).hasSize(30);
    }

    @Test
    void two_hundred_streams_at_once_all_come_whole() throws InterruptedException, ExecutionException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var streams = new ArrayList<Future<Events>>();
            for (int i = 0; i < 200; i++) {
                streams.add(threads.submit(() -> Events.of(caller.post(Chats.PATH, Chats.streamed("many")))));
            }
            for (var stream : streams) {
                assertThat(stream.get().done()).isTrue();
                assertThat(stream.get().errors()).isEmpty();
                assertThat(stream.get().content()).isNotEmpty();
            }
        }
    }
}
