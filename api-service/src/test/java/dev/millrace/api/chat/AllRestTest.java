package dev.millrace.api.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.Chats;
import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.SimulatedApi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/// What a caller hears where some or all of a model's deployments rest, and nobody may be asked.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class AllRestTest {

    private static final String LIMITED = "sim-chat~status=429~retry-after=9";
    private static final String TOO_LONG = "sim-chat~error=context_length_exceeded";

    private static final SimulatedApi api = new SimulatedApi.Setup()
            .route("limited", LIMITED, "sim-chat~status=429~retry-after=30")
            .route("keyless", "sim-chat~status=401~code=invalid_api_key", LIMITED)
            .route("long-and-limited", TOO_LONG, LIMITED)
            .set("models.long-and-limited-2.deployments[0].context", "2000")
            .set("models.long-and-limited.deployments[0].context", "1000")
            .route("long-and-down", TOO_LONG, "sim-chat~status=503")
            .set("models.long-and-down-2.deployments[0].context", "2000")
            .set("models.long-and-down.deployments[0].context", "1000")
            .route("long-and-busy", TOO_LONG, "sim-chat")
            .set("models.long-and-busy-2.deployments[0].context", "2000")
            .set("models.long-and-busy.deployments[0].context", "1000")
            .start();

    private final ApiClient caller = api.newCaller();

    @AfterAll
    static void stop() {
        api.close();
    }

    private Reply ask(String model) {
        return caller.post(Chats.PATH, Chats.of(model));
    }

    private static int retryAfter(Reply answer) {
        return Integer.parseInt(answer.header("retry-after").orElseThrow());
    }

    @Test
    void where_all_rest_for_their_rate_it_is_a_429_that_says_when_the_first_is_back() {
        assertThat(ask("limited").status()).isEqualTo(429);

        var again = ask("limited");

        assertThat(again.status()).isEqualTo(429);
        assertThat(again.code()).isEqualTo("rate_limit_exceeded");
        assertThat(retryAfter(again)).isBetween(5, 9);
        assertThat(again.header("x-millrace-attempts")).hasValue("0");
        assertThat(api.received("limited-1")).hasSize(1);
    }

    @Test
    void where_one_of_them_rests_for_another_reason_it_is_a_503() {
        assertThat(ask("keyless").status()).isEqualTo(502);

        var again = ask("keyless");

        assertThat(again.status()).isEqualTo(503);
        assertThat(again.code()).isEqualTo("model_unavailable");
        assertThat(retryAfter(again)).isBetween(5, 9);
    }

    @Test
    void a_context_too_long_for_one_is_no_answer_while_a_larger_one_is_at_its_rate_limit() {
        assertThat(ask("long-and-limited").status()).isEqualTo(429);

        var again = ask("long-and-limited");

        assertThat(again.status()).as("it rests by now").isEqualTo(429);
        assertThat(retryAfter(again)).isBetween(5, 9);
    }

    @Test
    void a_context_too_long_for_one_is_no_answer_while_a_larger_one_is_down() {
        for (int i = 0; i < 6; i++) {
            var answer = ask("long-and-down");
            assertThat(answer.status()).as(answer.text()).isEqualTo(503);
            assertThat(retryAfter(answer)).isPositive();
        }
        assertThat(api.received("long-and-down-2")).as("its breaker has opened").hasSize(5);
    }

    @Test
    void a_context_too_long_for_one_is_no_answer_while_a_larger_one_has_had_too_many_retries() {
        int answered = 0;
        Reply answer;
        do {
            answer = ask("long-and-busy");
            answered++;
        } while (answer.status() == 200 && answered < 50);

        assertThat(answer.status()).as(answer.text()).isEqualTo(503);
        assertThat(answer.code()).isEqualTo("model_unavailable");
        assertThat(answer.header("retry-after")).hasValue("1");
    }
}
