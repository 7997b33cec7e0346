package dev.millrace.api.limit;

import static dev.millrace.api.limit.LimitedApi.api;
import static dev.millrace.api.limit.LimitedApi.chat;
import static dev.millrace.api.limit.LimitedApi.limited;
import static dev.millrace.api.limit.LimitedApi.number;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.Chats;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What an answer tells of limits: the project's, and no other.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class LimitHeadersTest {

    @BeforeEach
    void in_a_new_minute() {
        LimitedApi.clock.turnMinute();
    }

    record Asking(String path, String body, int status) {}

    static Stream<Asking> calls() {
        return Stream.of(
                new Asking(Chats.PATH, Chats.of("plain"), 200),
                new Asking(Chats.PATH, Chats.streamed("plain"), 200),
                new Asking(Chats.PATH, Chats.of("boastful"), 200),
                new Asking(Chats.PATH, Chats.of("nobody-has-it"), 404),
                new Asking(Chats.PATH, "{", 400),
                new Asking("/v1/embeddings", "{\"model\":\"vectors\",\"input\":\"x\"}", 200),
                new Asking("/v1/images/generations", "{\"model\":\"draws\",\"prompt\":\"a cat\"}", 200));
    }

    @ParameterizedTest
    @MethodSource("calls")
    void every_answer_tells_the_projects_limits_and_no_providers(Asking call) {
        var reply = limited("{\"requests_per_minute\":600,\"tokens_per_minute\":200000}")
                .post(call.path(), call.body());

        assertThat(reply.status()).as(reply.text()).isEqualTo(call.status());
        assertThat(reply.header("x-ratelimit-limit-requests")).hasValue("600");
        assertThat(reply.header("x-ratelimit-limit-tokens")).hasValue("200000");
        assertThat(number(reply, "x-ratelimit-remaining-requests")).isBetween(599L, 600L);
        assertThat(number(reply, "x-ratelimit-remaining-tokens")).isBetween(199_000L, 200_000L);
        for (var what : new String[] {"requests", "tokens"}) {
            assertThat(reply.header("x-ratelimit-reset-" + what).orElseThrow()).matches("1m0s|[1-5]?[0-9]s");
        }
        assertThat(reply.headers().map().keySet()).noneMatch(name -> name.contains("project-tokens"));
    }

    @ParameterizedTest
    @MethodSource("calls")
    void an_answer_to_a_project_without_limits_tells_of_none(Asking call) {
        var reply = api.newCaller().post(call.path(), call.body());

        assertThat(reply.status()).isEqualTo(call.status());
        assertThat(reply.headers().map().keySet()).noneMatch(name -> name.startsWith("x-ratelimit"));
    }

    @Test
    void the_limits_of_a_providers_account_are_not_told_where_it_refuses_either() {
        var limited = limited("{\"requests_per_minute\":600}").post(Chats.PATH, Chats.of("full"));
        var unlimited = api.newCaller().post(Chats.PATH, Chats.of("as-full"));

        assertThat(limited.status()).isEqualTo(429);
        assertThat(limited.header("x-ratelimit-limit-requests")).hasValue("600");
        assertThat(limited.header("x-ratelimit-remaining-requests")).hasValue("599");
        assertThat(limited.header("x-ratelimit-limit-tokens")).isEmpty();
        assertThat(unlimited.status()).isEqualTo(429);
        assertThat(unlimited.headers().map().keySet()).noneMatch(name -> name.startsWith("x-ratelimit"));
    }

    @Test
    void a_limit_of_one_kind_tells_nothing_of_the_other() {
        var reply = chat(limited("{\"tokens_per_minute\":200000}"));

        assertThat(reply.header("x-ratelimit-limit-tokens")).hasValue("200000");
        assertThat(reply.header("x-ratelimit-limit-requests")).isEmpty();
    }
}
