package dev.millrace.api.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.Chats;
import dev.millrace.api.fixture.LiveStream;
import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.SimulatedApi;
import dev.millrace.api.kept.KeptRecords;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// What became of an interactive call, asked for by the name that its answer carried.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class CallAttemptsApiTest {

    /// A token of an answer is a cent.
    private static final SimulatedApi api = new SimulatedApi.Setup()
            .route("over", "sim-chat~status=500", "sim-chat~tokens=6")
            .route("plain", "sim-chat")
            .route("without", "sim-chat~status=500", "sim-chat")
            .set("models.without.deployments[0].refuses[0]", "seed")
            .set("models.without.chat.drop[0]", "seed")
            .route("left", "sim-chat~tokens=2000~gap=20ms")
            .set("prices.table[0].of", "over")
            .set("prices.table[0].out", "10000")
            .set("prices.table[1].of", "over-2")
            .set("prices.table[1].out", "10000")
            .start();

    private final ApiClient caller = api.newCaller();

    @AfterAll
    static void stop() {
        api.close();
    }

    private static String path(String call) {
        return "/v1/calls/" + call + "/attempts";
    }

    private static String name(Reply call) {
        return call.header("x-request-id").orElseThrow();
    }

    private static JsonNode attempts(ApiClient caller, String call) {
        return attempts(caller, call, 1);
    }

    /// They are on record within a second, each by itself: the first may be there before the last.
    private static JsonNode attempts(ApiClient caller, String call, int number) {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .until(
                        () -> caller.get(path(call)),
                        reply -> reply.status() == 200
                                && reply.json().path("data").size() >= number)
                .json()
                .path("data");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void all_attempts_of_a_call_are_shown_with_outcome_class_and_cost(boolean streamed) {
        long before = Instant.now().getEpochSecond();
        var call = caller.post(Chats.PATH, streamed ? Chats.streamed("over") : Chats.of("over"));
        assertThat(call.status()).isEqualTo(200);

        var attempts = attempts(caller, name(call), 2);

        assertThat(attempts).hasSize(2);
        var first = attempts.path(0);
        assertThat(first.path("number").asInt()).isEqualTo(1);
        assertThat(first.path("status").asString()).isEqualTo("failed");
        assertThat(first.path("outcome").asString()).isEqualTo("provider_error");
        assertThat(first.path("provider").asString()).isEqualTo("over-1");
        assertThat(first.path("model").asString()).isEqualTo("sim-chat~status=500");
        assertThat(first.path("cost").decimalValue()).isZero();
        assertThat(first.path("tokens_out").isNull()).isTrue();
        var second = attempts.path(1);
        assertThat(second.path("number").asInt()).isEqualTo(2);
        assertThat(second.path("status").asString()).isEqualTo("succeeded");
        assertThat(second.path("outcome").asString()).isEqualTo("succeeded");
        assertThat(second.path("provider").asString()).isEqualTo("over-2");
        assertThat(second.path("tokens_out").asInt()).isPositive();
        assertThat(second.path("cost").decimalValue())
                .isEqualByComparingTo(second.path("tokens_out").decimalValue().movePointLeft(2));
        assertThat(second.path("provider_request_id").asString()).isNotEmpty();
        assertThat(second.path("started_at").asLong()).isGreaterThanOrEqualTo(before);
        assertThat(second.path("finished_at").asLong())
                .isGreaterThanOrEqualTo(second.path("started_at").asLong());
    }

    @Test
    void what_an_attempt_was_sent_without_is_shown_with_it() {
        var call = caller.post(Chats.PATH, Chats.with("without", ",\"seed\":7"));
        assertThat(call.status()).isEqualTo(200);

        var attempts = attempts(caller, name(call), 2);

        assertThat(attempts).hasSize(2);
        assertThat(attempts.path(0).path("dropped").valueStream().map(JsonNode::asString))
                .containsExactly("seed");
        assertThat(attempts.path(1).get("dropped")).isEmpty();
    }

    @Test
    void what_an_attempt_without_a_price_cost_is_null_and_not_0() {
        var call = caller.post(Chats.PATH, Chats.of("plain"));

        assertThat(attempts(caller, name(call)).path(0).get("cost").isNull()).isTrue();
    }

    @Test
    void an_attempt_whose_caller_went_away_is_shown_as_abandoned() throws IOException {
        var project = api.api().newProject();
        try (var stream = LiveStream.open(api.api().port(), project.apiKey(), Chats.streamed("left"))) {
            stream.await("data:");
        }
        var records = api.api().bean(KeptRecords.class);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> !records.of("left").isEmpty());

        var attempts = attempts(
                api.api().withKey(project.apiKey()),
                records.of("left").getFirst().callId());

        assertThat(attempts).hasSize(1);
        assertThat(attempts.path(0).path("status").asString()).isEqualTo("abandoned");
        assertThat(attempts.path(0).path("outcome").asString()).isEqualTo("caller_gone");
        assertThat(attempts.path(0).path("estimated").asBoolean()).isTrue();
    }

    @Test
    void another_projects_call_is_as_one_that_there_never_was() {
        var call = name(caller.post(Chats.PATH, Chats.of("plain")));
        attempts(caller, call);

        var foreign = api.newCaller().get(path(call));
        var never = caller.get(path("req_0123456789abcdef0123456789abcdef"));

        assertThat(foreign.status()).isEqualTo(404);
        assertThat(foreign.code()).isEqualTo("not_found");
        assertThat(foreign.param()).isEqualTo("id");
        assertThat(foreign.json()).isEqualTo(never.json());
    }

    @Test
    void another_key_of_the_same_project_sees_them() {
        var project = api.api().newProject();
        var call = name(api.api().withKey(project.apiKey()).post(Chats.PATH, Chats.of("plain")));
        var made = api.api().operator().post("/operator/projects/" + project.id() + "/keys");

        assertThat(attempts(api.api().withKey(made.json().path("api_key").asString()), call))
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"x", "req_", "REQ_0123456789abcdef0123456789abcdef", "req_0123456789abcdef0123456789abcdeg"})
    void what_is_no_calls_name_is_a_404(String name) {
        assertThat(caller.get(path(name)).status()).isEqualTo(404);
    }

    @Test
    void a_call_that_no_provider_was_asked_for_has_no_attempts() {
        var refused = caller.post(Chats.PATH, Chats.of("no-such-model"));
        assertThat(refused.status()).isEqualTo(404);

        assertThat(caller.get(path(name(refused))).status()).isEqualTo(404);
    }

    @Test
    void without_a_key_nothing_is_shown() {
        assertThat(api.api()
                        .anybody()
                        .get(path("req_0123456789abcdef0123456789abcdef"))
                        .status())
                .isEqualTo(401);
    }
}
