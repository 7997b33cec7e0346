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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Models that a provider says it does not have, with a route and without one.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class UnknownModelTest {

    private static final String GONE = "sim-chat~error=model_not_found";

    private static final SimulatedApi api = new SimulatedApi.Setup()
            .provider("gateway", "sk-first", "sk-second")
            .set("providers.gateway.catch-all", "true")
            .route("gone", GONE)
            .route("gone-from-all", GONE, GONE)
            .route("gone-from-one", GONE, "sim-chat")
            .route("gone-and-down", "sim-chat~status=500", GONE)
            .route("gone-and-limited", "sim-chat~status=429~retry-after=9", GONE)
            .start();

    private final ApiClient caller = api.newCaller();

    @AfterAll
    static void stop() {
        api.close();
    }

    private Reply ask(String model) {
        return caller.post(Chats.PATH, Chats.of(model));
    }

    private static void isUnknown(Reply answer) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(404);
        assertThat(answer.code()).isEqualTo("model_not_found");
        assertThat(answer.param()).isEqualTo("model");
        assertThat(answer.header("x-should-retry")).hasValue("false");
    }

    private static long asked(String provider, String tag) {
        return api.received(provider).stream()
                .filter(one -> one.path("model").asString().endsWith(tag))
                .count();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sim-chat~error=model_not_found~tag=a",
                "sim-chat~status=404~tag=b",
                "sim-chat~status=400~code=model_not_found~tag=c",
                "sim-chat~status=400~message=Model Not Exist~tag=d"
            })
    void a_name_without_a_route_that_the_catch_all_does_not_have_is_a_404_each_time(String name) {
        for (int i = 0; i < 4; i++) {
            isUnknown(ask(name));
            isUnknown(caller.post(Chats.PATH, Chats.streamed(name)));
        }

        assertThat(asked("gateway", name.substring(name.length() - 5)))
                .as("with each of its two keys")
                .isEqualTo(16);
    }

    @Test
    void many_calls_of_such_a_name_are_all_a_404_though_not_each_asks_with_each_key() {
        for (int i = 0; i < 30; i++) {
            isUnknown(ask("sim-chat~error=model_not_found~tag=often"));
        }
    }

    @Test
    void a_name_that_the_catch_all_has_by_now_is_answered_at_once() {
        isUnknown(ask("sim-chat~error=model_not_found~times=2~tag=new"));

        assertThat(ask("sim-chat~error=model_not_found~times=2~tag=new").status())
                .isEqualTo(200);
    }

    @Test
    void a_key_that_has_the_model_answers_for_one_that_does_not() {
        var answer = ask("sim-chat~error=model_not_found~times=1~tag=other");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("x-millrace-attempts")).hasValue("2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gone", "gone-from-all"})
    void a_route_whose_providers_all_lack_the_model_is_a_404_also_while_it_is_set_aside(String model) {
        isUnknown(ask(model));
        isUnknown(ask(model));

        assertThat(api.received(model + "-1")).as("it is set aside").hasSize(1);
    }

    @Test
    void one_that_lacks_the_model_is_set_aside_and_another_answers() {
        assertThat(ask("gone-from-one").header("x-millrace-attempts")).hasValue("2");
        assertThat(ask("gone-from-one").header("x-millrace-attempts")).hasValue("1");
    }

    @Test
    void as_long_as_another_may_have_it_a_model_is_not_said_to_be_unknown() {
        assertThat(ask("gone-and-down").status()).isEqualTo(502);

        var limited = ask("gone-and-limited");
        assertThat(limited.status()).isEqualTo(429);
        assertThat(limited.header("retry-after")).hasValue("9");
    }
}
