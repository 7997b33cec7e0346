package dev.millrace.api.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.Chats;
import dev.millrace.api.fixture.SimulatedApi;
import dev.millrace.http.RawServer;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A provider that takes connections and never ends the handshake, before one that answers.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ConnectTest {

    private static final RawServer silent = RawServer.start(RawServer.Connection::readToEnd);
    private static final SimulatedApi api = setup().start();

    private static SimulatedApi.Setup setup() {
        return new SimulatedApi.Setup()
                .set("providers.silent.type", "openai")
                .set("providers.silent.base-url", "https://127.0.0.1:" + silent.port() + "/v1")
                .set("providers.silent.keys[0]", "sk-canary-silent")
                .deployment("hurried", 0, "silent", "sim-chat~tag=hurried")
                .set("models.hurried.fallback[0]", "answers")
                .set("models.hurried.chat.connect", "300ms")
                .deployment("patient", 0, "silent", "sim-chat~tag=patient")
                .set("models.patient.fallback[0]", "answers")
                .set("models.patient.chat.connect", "7s")
                .deployment("hurried-picture", 0, "silent", "sim-image~tag=hurried")
                .set("models.hurried-picture.kind", "image")
                .set("models.hurried-picture.fallback[0]", "draws")
                .set("models.hurried-picture.chat.connect", "300ms")
                .route("draws", "sim-image")
                .set("models.draws.kind", "image")
                .route("answers", "sim-chat");
    }

    private final ApiClient caller = api.newCaller();

    @AfterAll
    static void stop() {
        api.close();
        silent.close();
    }

    /// Nothing was sent, so it is asked of somebody else, although pictures are paid for.
    @Test
    void that_is_so_for_pictures_too() {
        long from = System.nanoTime();
        var answer = caller.post("/v1/images/generations", "{\"model\":\"hurried-picture\",\"prompt\":\"a cat\"}");

        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.header("x-millrace-provider")).hasValue("draws-1");
        assertThat(Duration.ofNanos(System.nanoTime() - from)).isBetween(Duration.ofMillis(300), Duration.ofSeconds(3));
    }

    private Duration tookOverBySecond(String model, boolean streamed) {
        long from = System.nanoTime();
        var answer = caller.post(Chats.PATH, streamed ? Chats.streamed(model) : Chats.of(model));
        var took = Duration.ofNanos(System.nanoTime() - from);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.header("x-millrace-provider")).hasValue("answers-1");
        assertThat(answer.header("x-millrace-attempts")).hasValue("2");
        return took;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_connection_has_as_long_as_the_model_says(boolean streamed) {
        assertThat(tookOverBySecond("hurried", streamed)).isBetween(Duration.ofMillis(300), Duration.ofSeconds(3));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void that_may_be_longer_than_the_five_seconds_of_those_that_say_nothing(boolean streamed) {
        assertThat(tookOverBySecond("patient", streamed)).isBetween(Duration.ofSeconds(7), Duration.ofSeconds(10));
    }
}
