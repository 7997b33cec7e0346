package dev.millrace.api.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.call.CallRecord;
import dev.millrace.api.fixture.Chats;
import dev.millrace.api.fixture.LiveStream;
import dev.millrace.api.fixture.SimulatedApi;
import dev.millrace.api.kept.KeptRecords;
import java.io.IOException;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// What becomes of a stream whose caller goes away.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class CallerGoneTest {

    /// Failures in a row after which a deployment is asked no more, and some.
    private static final int MANY = 8;

    private static final SimulatedApi api = new SimulatedApi.Setup()
            .route("left", "sim-chat~tokens=2000~gap=20ms")
            .route("left-often", "sim-chat~tokens=2000~gap=20ms")
            .route("left-priced", "sim-chat~tokens=2000~gap=20ms")
            .set("prices.table[0].of", "left-priced")
            .set("prices.table[0].out", "10000")
            .route("left-early", "sim-chat~silence", "sim-chat")
            .set("models.left-early.chat.ping-after", "100ms")
            .route("left-in-gap", "sim-chat~stall=3")
            .set("models.left-in-gap.chat.ping-after", "100ms")
            .start();

    private final KeptRecords records = api.api().bean(KeptRecords.class);

    @AfterAll
    static void stop() {
        api.close();
    }

    @ParameterizedTest
    @CsvSource({"left, data:", "left-early, : ping", "left-in-gap, : ping"})
    void a_caller_who_goes_away_ends_the_call_at_the_provider_and_what_was_used_is_on_record(String model, String sign)
            throws IOException {
        try (var stream =
                LiveStream.open(api.api().port(), api.api().newProject().apiKey(), Chats.streamed(model))) {
            stream.await(sign);
        }

        Awaitility.await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            assertThat(api.received(model + "-1")).singleElement().satisfies(CallerGoneTest::clientGone);
            assertThat(records.of(model)).singleElement().satisfies(record -> {
                assertThat(record.outcome()).isEqualTo(CallRecord.CALLER_GONE);
                if (!model.equals("left-early")) {
                    assertThat(record.usage().orElseThrow().prompt()).isPositive();
                }
            });
        });
    }

    @Test
    void callers_who_go_away_are_no_failure_of_the_deployment() throws IOException {
        var key = api.api().newProject().apiKey();
        for (int i = 0; i < MANY; i++) {
            try (var stream = LiveStream.open(api.api().port(), key, Chats.streamed("left-often"))) {
                stream.await("data: ");
            }
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(records.of("left-often"))
                        .hasSize(MANY)
                        .allSatisfy(record -> assertThat(record.outcome()).isEqualTo(CallRecord.CALLER_GONE)));

        try (var stream = LiveStream.open(api.api().port(), key, Chats.streamed("left-often"))) {
            assertThat(stream.await("data: ")).doesNotContain("error");
        }
        assertThat(api.received("left-often-1")).hasSize(MANY + 1);
    }

    @Test
    void what_a_caller_who_went_away_had_used_is_priced() throws IOException {
        var key = api.api().newProject().apiKey();
        try (var stream = LiveStream.open(api.api().port(), key, Chats.streamed("left-priced"))) {
            stream.await("data: ");
            stream.await("data: ");
        }

        Awaitility.await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            var booked = api.api()
                    .withKey(key)
                    .get("/v1/usage?group_by=model")
                    .json()
                    .at("/data/0");
            assertThat(booked.path("attempts").asInt()).isEqualTo(1);
            assertThat(booked.path("attempts_of_unknown_cost").asInt(-1)).isZero();
            assertThat(booked.path("tokens_out").asInt()).isPositive();
            assertThat(booked.path("cost").asDouble()).isPositive();
        });
    }

    private static void clientGone(JsonNode entry) {
        assertThat(entry.path("client_gone").asBoolean()).isTrue();
    }
}
