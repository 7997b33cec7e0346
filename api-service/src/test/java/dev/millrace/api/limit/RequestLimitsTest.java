package dev.millrace.api.limit;

import static dev.millrace.api.limit.LimitedApi.api;
import static dev.millrace.api.limit.LimitedApi.chat;
import static dev.millrace.api.limit.LimitedApi.limited;
import static dev.millrace.api.limit.LimitedApi.number;
import static dev.millrace.api.limit.LimitedApi.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.Chats;
import dev.millrace.api.fixture.Submissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/// How many calls a project may make in a minute.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class RequestLimitsTest {

    @BeforeEach
    void in_a_new_minute() {
        LimitedApi.clock.turnMinute();
    }

    @Test
    void a_call_beyond_the_requests_of_a_minute_is_refused_until_the_minute_turns() {
        var caller = limited("{\"requests_per_minute\":3}");
        for (int i = 0; i < 3; i++) {
            assertThat(chat(caller).status()).isEqualTo(200);
        }
        int asked = api.received("plain-1").size();
        double counted = refused("requests");

        var reply = chat(caller);

        assertThat(reply.status()).isEqualTo(429);
        assertThat(reply.code()).isEqualTo("rate_limit_exceeded");
        assertThat(reply.json().at("/error/type").asString()).isEqualTo("requests");
        long wait = number(reply, "retry-after");
        assertThat(wait).isBetween(1L, 60L);
        assertThat(reply.message())
                .startsWith("Rate limit reached")
                .contains("requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in ");
        assertThat(reply.header("x-should-retry")).isEmpty();
        assertThat(reply.header("x-ratelimit-limit-requests")).hasValue("3");
        assertThat(reply.header("x-ratelimit-remaining-requests")).hasValue("0");
        assertThat(reply.header("x-ratelimit-reset-requests")).hasValue(wait == 60 ? "1m0s" : wait + "s");
        assertThat(api.received("plain-1")).hasSize(asked);
        assertThat(refused("requests")).isEqualTo(counted + 1);

        LimitedApi.clock.turnMinute();
        assertThat(chat(caller).status()).isEqualTo(200);
    }

    @Test
    void a_stream_beyond_the_requests_is_refused_as_any_other_call() {
        var caller = limited("{\"requests_per_minute\":1}");
        assertThat(caller.post(Chats.PATH, Chats.streamed("plain")).status()).isEqualTo(200);

        var reply = caller.post(Chats.PATH, Chats.streamed("plain"));

        assertThat(reply.status()).isEqualTo(429);
        assertThat(reply.code()).isEqualTo("rate_limit_exceeded");
        assertThat(reply.header("x-ratelimit-remaining-requests")).hasValue("0");
    }

    @Test
    void a_project_at_its_limit_is_not_felt_by_others() {
        var full = limited("{\"requests_per_minute\":1}");
        var other = limited("{\"requests_per_minute\":1000}");
        chat(full);

        for (int i = 0; i < 5; i++) {
            assertThat(chat(full).status()).isEqualTo(429);
            assertThat(chat(other).status()).isEqualTo(200);
            assertThat(chat(api.newCaller()).status()).isEqualTo(200);
        }
    }

    @Test
    void jobs_do_not_count() {
        var caller = limited("{\"requests_per_minute\":1}");
        assertThat(chat(caller).status()).isEqualTo(200);

        var job = caller.post("/v1/jobs", Submissions.chat());
        var chat = caller.with("Prefer", "respond-async").post(Chats.PATH, Chats.of("plain"));

        assertThat(job.status()).isEqualTo(202);
        assertThat(chat.status()).isEqualTo(202);
        assertThat(chat.headers().map().keySet()).noneMatch(name -> name.startsWith("x-ratelimit"));
    }
}
