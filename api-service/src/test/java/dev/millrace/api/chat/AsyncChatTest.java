package dev.millrace.api.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.Chats;
import dev.millrace.api.fixture.RunningApi;
import dev.millrace.api.fixture.SharedApi;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class AsyncChatTest {

    private final RunningApi api = SharedApi.get();
    private final ApiClient caller = api.newCaller();
    private final ApiClient patient = caller.with("Prefer", "respond-async");

    @ParameterizedTest
    @ValueSource(strings = {"respond-async", "wait=10, respond-async", "Respond-Async; x=1"})
    void a_caller_who_prefers_it_gets_a_job(String preference) {
        var answer = caller.with("Prefer", preference).post(Chats.PATH, Chats.of("test-chat"));

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.header("preference-applied")).hasValue("respond-async");
        assertThat(answer.json().path("object").asString()).isEqualTo("job");
        assertThat(answer.json().path("kind").asString()).isEqualTo("chat");
        assertThat(caller.job(answer.id()).status()).isEqualTo(200);
    }

    @Test
    void the_job_asks_for_what_the_call_would_have() {
        var body = Chats.with("test-chat", ", \"temperature\" : 0.70");
        var id = patient.post(Chats.PATH, body).id();

        assertThat(new String(api.worker().claim(id).request(), java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo(body);
    }

    @Test
    void the_job_lets_go_what_the_call_would_have() {
        var id = patient.with("x-millrace-drop-params", "seed")
                .post(Chats.PATH, Chats.with("test-chat", ",\"seed\":1"))
                .id();

        assertThat(api.worker().claim(id).mayDrop()).containsExactly("seed");
    }

    @Test
    void an_idempotency_key_makes_one_job_of_two_calls() {
        var once = patient.with("Idempotency-Key", "once");
        var first = once.post(Chats.PATH, Chats.of("test-chat"));
        var second = once.post(Chats.PATH, Chats.of("test-chat"));

        assertThat(second.status()).isEqualTo(202);
        assertThat(second.id()).isEqualTo(first.id());
        assertThat(second.header("idempotent-replayed")).hasValue("true");
        assertThat(once.post(Chats.PATH, Chats.with("test-chat", ",\"seed\":1")).status())
                .isEqualTo(409);
    }

    @Test
    void a_job_can_not_be_streamed() {
        var answer = patient.post(Chats.PATH, Chats.streamed("test-chat"));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.param()).isEqualTo("stream");
    }

    @Test
    void a_model_without_a_route_is_a_404_that_names_the_parameter() {
        var answer = patient.post(Chats.PATH, Chats.of("nobody-has-this"));

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.param()).isEqualTo("model");
        assertThat(answer.header("preference-applied")).isEmpty();
    }
}
