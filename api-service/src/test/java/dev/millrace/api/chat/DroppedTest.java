package dev.millrace.api.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.call.CallRecord;
import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.Chats;
import dev.millrace.api.fixture.LiveStream;
import dev.millrace.api.fixture.SimulatedApi;
import dev.millrace.api.kept.KeptRecords;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a request was sent without stands on each attempt's record, whatever came of it. The first deployment of each
/// route does not take `seed`, the second does.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class DroppedTest {

    private static final SimulatedApi api = setup().start();

    private final ApiClient caller = api.newCaller();
    private final KeptRecords records = api.api().bean(KeptRecords.class);

    private static SimulatedApi.Setup setup() {
        var setup = new SimulatedApi.Setup();
        for (var route : new String[][] {
            {"broken", "sim-chat~status=500", "sim-chat"},
            {"broken-stream", "sim-chat~status=500", "sim-chat"},
            {"ends-early", "sim-chat~tokens=9~end-after=3"},
            {"left", "sim-chat~tokens=10000~gap=20ms"},
            {"strict", "sim-chat"}
        }) {
            setup.route(route[0], List.of(route).subList(1, route.length).toArray(String[]::new))
                    .set("models." + route[0] + ".deployments[0].refuses[0]", "seed");
            if (!route[0].equals("strict")) {
                setup.set("models." + route[0] + ".chat.drop[0]", "seed");
            }
        }
        return setup;
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private List<String> recorded(String model) {
        return records.of(model).stream()
                .map(record -> record.outcome() + " " + record.dropped())
                .toList();
    }

    private static String seeded(String model, boolean streamed) {
        return Chats.with(model, ",\"seed\":7" + (streamed ? ",\"stream\":true" : ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"broken", "broken-stream"})
    void of_a_failed_attempt_and_not_of_one_that_was_sent_whole(String model) {
        var answer = caller.post(Chats.PATH, seeded(model, model.endsWith("stream")));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("x-millrace-dropped"))
                .as("the answer is of a deployment that got all")
                .isEmpty();
        assertThat(recorded(model)).containsExactly("provider_error [seed]", "succeeded []");
    }

    @Test
    void of_a_stream_that_broke_off() {
        caller.post(Chats.PATH, seeded("ends-early", true));

        assertThat(records.of("ends-early")).singleElement().satisfies(record -> {
            assertThat(record.outcome()).isNotEqualTo(CallRecord.SUCCEEDED);
            assertThat(record.dropped()).containsExactly("seed");
        });
    }

    @Test
    void of_an_attempt_that_was_abandoned_with_its_caller_and_in_the_books_too() throws IOException {
        try (var stream =
                LiveStream.open(api.api().port(), api.api().newProject().apiKey(), seeded("left", true))) {
            stream.await("data: ");
        }

        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(booked("left")).containsExactly("caller_gone seed"));
        assertThat(recorded("left")).containsExactly("caller_gone [seed]");
    }

    private static List<String> booked(String model) {
        return api.api()
                .database()
                .client()
                .sql("""
                        select outcome || ' ' || coalesce(dropped, 'nothing') from call_attempt
                        where public_model = :model
                        """)
                .param("model", model)
                .query(String.class)
                .list();
    }

    @Test
    void what_nobody_lets_go_is_no_attempt_at_all() {
        var answer = caller.post(Chats.PATH, seeded("strict", false));

        assertThat(answer.code()).isEqualTo("unsupported_parameter");
        assertThat(records.of("strict")).isEmpty();
    }
}
