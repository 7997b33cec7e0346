package dev.millrace.api.limit;

import static dev.millrace.api.limit.LimitedApi.chat;
import static dev.millrace.api.limit.LimitedApi.limited;
import static dev.millrace.api.limit.LimitedApi.number;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.Chats;
import dev.millrace.api.fixture.Reply;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/// How many tokens a project may use in a minute.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class TokenLimitsTest {

    @BeforeEach
    void in_a_new_minute() {
        LimitedApi.clock.turnMinute();
    }

    @Test
    void a_call_beyond_the_tokens_of_a_minute_is_refused_and_counts_as_no_request() {
        var caller = limited("{\"requests_per_minute\":100,\"tokens_per_minute\":100}");
        var text = ",\"user\":\"" + "of all ".repeat(30) + "\"";
        Reply reply = caller.post(Chats.PATH, Chats.with("plain", text));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        int served = 0;
        while (reply.status() == 200) {
            served++;
            assertThat(served).isLessThan(10);
            reply = caller.post(Chats.PATH, Chats.with("plain", text));
        }

        assertThat(reply.status()).isEqualTo(429);
        assertThat(reply.code()).isEqualTo("rate_limit_exceeded");
        assertThat(reply.json().at("/error/type").asString()).isEqualTo("tokens");
        assertThat(reply.message()).contains("tokens per min (TPM): Limit 100, ");
        assertThat(number(reply, "retry-after")).isBetween(1L, 60L);
        assertThat(number(reply, "x-ratelimit-remaining-tokens")).isLessThan(100);
        assertThat(number(reply, "x-ratelimit-remaining-requests")).isEqualTo(100 - served);
    }

    @Test
    void what_a_call_has_used_takes_the_place_of_what_was_estimated() {
        var caller = limited("{\"tokens_per_minute\":100000}");
        long estimate = Chats.of("boastful").length() / 4;

        var first = caller.post(Chats.PATH, Chats.of("boastful"));
        var second = caller.post(Chats.PATH, Chats.of("boastful"));

        assertThat(number(first, "x-ratelimit-remaining-tokens")).isEqualTo(100_000 - estimate);
        assertThat(number(second, "x-ratelimit-remaining-tokens")).isEqualTo(100_000 - 15 - estimate);
    }

    @Test
    void an_answer_is_expected_to_be_as_long_as_those_before_it() {
        var caller = limited("{\"tokens_per_minute\":100000}");
        long prompt = Chats.of("talks").length() / 4;
        var first = caller.post(Chats.PATH, Chats.of("talks"));
        long used = first.json().at("/usage/total_tokens").asLong();
        assertThat(used).isGreaterThan(500);

        var second = caller.post(Chats.PATH, Chats.of("talks"));

        assertThat(number(first, "x-ratelimit-remaining-tokens")).isEqualTo(100_000 - prompt);
        assertThat(number(second, "x-ratelimit-remaining-tokens")).isEqualTo(100_000 - used - used);
    }

    @Test
    void an_answer_that_may_be_long_takes_all_that_it_may_need_until_it_has_ended() {
        var caller = limited("{\"tokens_per_minute\":100000}");
        var request = Chats.with("plain", ",\"max_completion_tokens\":30000,\"n\":2");

        var first = caller.post(Chats.PATH, request);
        long used = first.json().at("/usage/total_tokens").asLong();
        var second = chat(caller);

        assertThat(first.status()).as(first.text()).isEqualTo(200);
        assertThat(number(first, "x-ratelimit-remaining-tokens")).isEqualTo(100_000 - 60_000 - request.length() / 4);
        assertThat(number(second, "x-ratelimit-remaining-tokens"))
                .as("but for what was used, and a prompt and an answer as before")
                .isBetween(100_000 - 3 * used - request.length(), 100_000 - used);
    }

    @Test
    void calls_that_may_need_more_together_than_is_left_are_not_let_in_together() {
        var caller = limited("{\"tokens_per_minute\":1000}");
        var request = Chats.with("slow", ",\"max_completion_tokens\":600");

        var statuses = Stream.generate(() -> CompletableFuture.supplyAsync(
                        () -> caller.post(Chats.PATH, request).status(), Thread::startVirtualThread))
                .limit(4)
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .toList();

        assertThat(statuses).containsOnlyOnce(200).contains(429);
    }

    @Test
    void a_call_that_may_have_more_than_a_minute_s_tokens_has_a_minute_of_its_own() {
        var caller = limited("{\"tokens_per_minute\":1000}");

        assertThat(caller.post(Chats.PATH, Chats.with("plain", ",\"max_completion_tokens\":5000"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void a_call_that_failed_has_used_no_tokens() {
        var caller = limited("{\"tokens_per_minute\":100000}");

        assertThat(caller.post(Chats.PATH, Chats.of("broken")).status()).isGreaterThanOrEqualTo(500);

        var next = chat(caller);
        assertThat(number(next, "x-ratelimit-remaining-tokens"))
                .isEqualTo(100_000 - Chats.of("plain").length() / 4);
    }

    @Test
    void a_prompt_larger_than_all_tokens_of_a_minute_need_not_be_tried_again() {
        var caller = limited("{\"tokens_per_minute\":5}");

        var reply = chat(caller);

        assertThat(reply.status()).isEqualTo(429);
        assertThat(reply.code()).isEqualTo("rate_limit_exceeded");
        assertThat(reply.json().at("/error/type").asString()).isEqualTo("tokens");
        assertThat(reply.header("x-should-retry")).hasValue("false");
        assertThat(reply.header("retry-after")).isEmpty();
        assertThat(reply.header("x-ratelimit-remaining-tokens")).hasValue("5");
    }
}
