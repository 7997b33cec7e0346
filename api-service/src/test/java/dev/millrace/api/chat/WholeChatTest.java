package dev.millrace.api.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.Chats;
import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.SimulatedApi;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class WholeChatTest {

    private static final SimulatedApi api = new SimulatedApi.Setup()
            .route("plain", "sim-chat")
            .route("data", "sim-chat")
            .route("all-limited", "sim-chat~status=429~retry-after=7", "sim-chat~status=429~retry-after=3")
            .route("all-broken", "sim-chat~status=500", "sim-chat~status=500")
            .route("all-away", "sim-chat~status=503", "sim-chat~status=503")
            .route("all-late", "sim-chat~status=504", "sim-chat~status=504")
            .route("all-busy", "sim-chat~status=503~retry-after=9", "sim-chat~status=529~retry-after=4")
            .route("slow", "sim-chat~latency=800ms")
            .route("only-wrong-keys", "sim-chat~status=401~code=invalid_api_key")
            .route("refused", "sim-chat~status=400~code=content_policy_violation", "sim-chat")
            .route("invalid", "sim-chat~status=400~param=temperature", "sim-chat")
            .route("late", "sim-chat~silence")
            .set("models.late.chat.total", "300ms")
            .route("silent", "sim-chat~silence", "sim-chat")
            .set("models.silent.chat.whole", "400ms")
            .route("total-first", "sim-chat~silence", "sim-chat~silence")
            .set("models.total-first.chat.whole", "1s")
            .set("models.total-first.chat.total", "1200ms")
            .route("long", "sim-chat~status=400~code=context_length_exceeded", "sim-chat", "sim-chat")
            .set("models.long.deployments[0].context", "1000")
            .set("models.long-2.deployments[0].context", "1000")
            .set("models.long-3.deployments[0].context", "2000")
            .route("too-long", "sim-chat~status=400~code=context_length_exceeded", "sim-chat")
            .provider("two-keys", "sk-first", "sk-second")
            .deployment("two-keys", 0, "two-keys", "sim-chat")
            .start();

    private final ApiClient caller = api.newCaller();

    @AfterAll
    static void stop() {
        api.close();
    }

    private Reply ask(String model) {
        return caller.post(Chats.PATH, Chats.of(model));
    }

    @Test
    void the_answer_is_the_providers_under_the_name_that_the_caller_used() {
        var answer = ask("plain");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("object").asString()).isEqualTo("chat.completion");
        assertThat(answer.json().path("model").asString()).isEqualTo("plain");
        assertThat(answer.json().at("/choices/0/message/content").asString()).isEqualTo("Echo: How are you?");
        assertThat(answer.json().at("/usage/total_tokens").asInt()).isPositive();
    }

    @Test
    void every_answer_says_where_it_came_from() {
        var answer = ask("plain");

        assertThat(answer.header("x-millrace-provider")).hasValue("plain-1");
        assertThat(answer.header("x-millrace-deployment")).hasValue("plain-1/sim-chat");
        assertThat(answer.header("x-millrace-attempts")).hasValue("1");
        assertThat(answer.header("x-millrace-dropped")).isEmpty();
    }

    @Test
    void the_time_that_a_provider_takes_is_none_of_ours() {
        ask("plain");

        var answer = ask("slow");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(Double.parseDouble(answer.header("x-millrace-overhead-ms").orElseThrow()))
                .as("of 800 ms and more")
                .isBetween(0.001, 400.0);
    }

    @Test
    void a_rate_limit_everywhere_is_a_429_that_says_when_the_first_is_back() {
        var answer = ask("all-limited");

        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.code()).isEqualTo("rate_limit_exceeded");
        assertThat(answer.header("retry-after")).hasValue("3");
        assertThat(answer.header("x-millrace-attempts")).hasValue("2");
    }

    @ParameterizedTest
    @CsvSource({"all-broken, 502", "all-away, 503", "all-late, 504"})
    void a_failure_of_all_is_the_providers_and_may_be_asked_again_a_little_later(String model, int status) {
        var answer = ask(model);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.json().path("error").path("type").asString()).isEqualTo("server_error");
        assertThat(answer.header("retry-after")).hasValue("1");
        assertThat(answer.header("x-millrace-attempts")).hasValue("2");
        assertThat(api.received(model + "-1")).hasSize(1);
        assertThat(api.received(model + "-2")).hasSize(1);
    }

    @Test
    void a_failure_of_all_that_asked_for_a_wait_is_told_with_the_shortest_and_nobody_is_asked_before_it_is_over() {
        var answer = ask("all-busy");

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("retry-after")).hasValue("4");
        assertThat(answer.header("x-millrace-attempts")).hasValue("2");

        var again = ask("all-busy");

        assertThat(again.status()).isEqualTo(503);
        assertThat(again.code()).isEqualTo("model_unavailable");
        assertThat(again.header("retry-after").map(Integer::parseInt).orElseThrow())
                .isBetween(2, 4);
        assertThat(again.header("x-millrace-attempts")).hasValue("0");
        assertThat(api.received("all-busy-1")).hasSize(1);
        assertThat(api.received("all-busy-2")).hasSize(1);
    }

    @Test
    void our_own_key_that_a_provider_refuses_is_not_the_callers_fault_and_is_not_shown() {
        var answer = ask("only-wrong-keys");

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.code()).isEqualTo("provider_refused");
        assertThat(answer.header("x-should-retry")).hasValue("false");
        assertThat(answer.text()).doesNotContain("sk-canary");
    }

    @Test
    void a_content_refusal_is_an_answer_and_no_outage() {
        var answer = ask("refused");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("content_policy_violation");
        assertThat(answer.header("x-millrace-attempts")).hasValue("1");
        assertThat(api.received("refused-2")).isEmpty();
    }

    @Test
    void what_a_provider_finds_invalid_is_not_asked_of_another() {
        assertThat(ask("invalid").status()).isEqualTo(400);
        assertThat(api.received("invalid-2")).isEmpty();
    }

    @Test
    void a_provider_that_says_nothing_is_a_504_when_the_calls_time_is_up() {
        var answer = ask("late");

        assertThat(answer.status()).isEqualTo(504);
        assertThat(answer.code()).isEqualTo("timeout");
        assertThat(answer.header("x-should-retry")).hasValue("false");
    }

    @Test
    void a_provider_that_says_nothing_for_as_long_as_one_answer_may_take_gives_way_to_the_next() {
        var answer = ask("silent");

        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.header("x-millrace-provider")).hasValue("silent-2");
        assertThat(answer.header("x-millrace-attempts")).hasValue("2");
    }

    @Test
    void the_last_attempt_has_what_is_left_of_the_total() {
        long from = System.nanoTime();
        var answer = ask("total-first");

        assertThat(answer.status()).isEqualTo(504);
        assertThat(answer.header("x-millrace-attempts")).hasValue("2");
        assertThat(Duration.ofNanos(System.nanoTime() - from))
                .isBetween(Duration.ofMillis(1_190), Duration.ofMillis(1_950));
    }

    @Test
    void a_context_too_long_moves_only_to_a_deployment_with_a_larger_limit() {
        var answer = ask("long");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("x-millrace-provider")).hasValue("long-3");
        assertThat(api.received("long-2")).isEmpty();
    }

    @Test
    void a_context_too_long_for_all_is_the_callers_to_mend() {
        var answer = ask("too-long");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("context_length_exceeded");
        assertThat(api.received("too-long-2")).isEmpty();
    }

    @Test
    void a_key_that_is_at_its_limit_gives_way_to_another_of_the_same_deployment() {
        api.behave("two-keys", "{\"status\":\"429\",\"times\":\"1\"}");

        var answer = ask("two-keys");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("x-millrace-attempts")).hasValue("2");
        var keys = api.received("two-keys").stream().map(one -> one.path("key").asString());
        assertThat(keys).doesNotHaveDuplicates().hasSize(2);
    }

    @Test
    void a_model_that_has_no_route_is_a_404_that_names_the_parameter() {
        var answer = ask("nobody-has-this");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.code()).isEqualTo("model_not_found");
        assertThat(answer.param()).isEqualTo("model");
    }

    @ParameterizedTest
    @ValueSource(strings = {"api_base", "api_key", "headers", "provider", "fallbacks"})
    void a_name_that_means_address_key_header_or_routing_is_refused_by_name(String name) {
        var answer = caller.post(Chats.PATH, Chats.with("plain", ",\"" + name + "\":\"x\""));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("parameter_not_allowed");
        assertThat(answer.param()).isEqualTo(name);
    }

    @Test
    void content_tools_schemas_and_metadata_are_data_and_pass_unchanged_at_any_depth() {
        var more = """
                ,"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":
                {"api_key":{"type":"string"},"url":{"type":"object","properties":{"headers":{"type":"string"}}}}}}}],
                "tool_choice":"none","metadata":{"provider":"mine","api_key":"no key"}""";

        assertThat(caller.post(Chats.PATH, Chats.with("data", more)).status()).isEqualTo(200);

        var sent = api.lastBody("data-1");
        assertThat(sent.at("/tools/0/function/parameters/properties/url/properties/headers/type")
                        .asString())
                .isEqualTo("string");
        assertThat(sent.at("/metadata/api_key").asString()).isEqualTo("no key");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"model\":\"plain\"}                                                  | messages",
                "{\"model\":\"plain\",\"messages\":[]}                                  | messages",
                "{\"model\":\"plain\",\"messages\":[1]}                                 | messages[0]",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}                 | model",
                "{\"model\":7,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}     | model",
                "{\"model\":\"plain\",\"messages\":[{}],\"stream\":\"yes\"}             | stream",
                "{\"model\":\"plain\",\"messages\":[{}],\"stream_options\":{}}          | stream_options",
                "{\"model\":\"plain\",\"messages\":[{}],\"stream\":true,\"stream_options\":3} | stream_options"
            })
    void bad_input_is_a_400_that_names_the_parameter(String body, String param) {
        var answer = caller.post(Chats.PATH, body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.param()).isEqualTo(param);
    }

    @Test
    void a_body_of_several_megabytes_is_taken_for_chats_may_hold_pictures() {
        var picture = "data:image/png;base64," + "A".repeat(4_000_000);
        var answer = caller.post(Chats.PATH, """
                {"model":"plain","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"%s"}}]}]}""".formatted(picture));

        assertThat(answer.status()).isEqualTo(200);
    }

    @Test
    void a_body_that_is_nested_too_deep_or_too_large_is_refused() {
        var deep = Chats.with("plain", ",\"metadata\":" + "[".repeat(100) + "]".repeat(100));
        assertThat(caller.post(Chats.PATH, deep).code()).isEqualTo("json_too_complex");

        var large = Chats.with("plain", ",\"user\":\"" + "x".repeat(21 * 1024 * 1024) + "\"");
        assertThat(caller.post(Chats.PATH, large).status()).isEqualTo(413);
    }

    @Test
    void nobody_without_a_key_gets_an_answer() {
        assertThat(api.api().anybody().post(Chats.PATH, Chats.of("plain")).status())
                .isEqualTo(401);
    }

    @Test
    void the_address_takes_post_alone() {
        assertThat(caller.get(Chats.PATH).status()).isEqualTo(405);
    }
}
