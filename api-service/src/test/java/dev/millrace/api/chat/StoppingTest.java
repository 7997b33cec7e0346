package dev.millrace.api.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.Chats;
import dev.millrace.api.fixture.LiveStream;
import dev.millrace.api.fixture.SimulatedApi;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class StoppingTest {

    @Test
    void a_clean_stop_ends_a_stream_that_goes_on_too_long_with_an_error_and_not_with_silence()
            throws IOException, InterruptedException {
        var api = new SimulatedApi.Setup()
                .route("long", "sim-chat~tokens=100000~gap=20ms")
                .set("chat.drain", "200ms")
                .start();
        try (var stream =
                LiveStream.open(api.api().port(), api.api().newProject().apiKey(), Chats.streamed("long"))) {
            stream.await("data: ");
            var stop = Thread.ofVirtual().start(api::close);

            assertThat(stream.await("data: {\"error\"")).contains("shutting_down");
            stop.join();
        }
    }

    /// Kafka's client has a question under way at any time, each of which it would wait for up to ten seconds.
    @Test
    void a_clean_stop_waits_for_no_answer_of_a_kafka_that_is_away() {
        var api = new SimulatedApi.Setup().start();

        var began = System.nanoTime();
        api.close();

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
    }
}
