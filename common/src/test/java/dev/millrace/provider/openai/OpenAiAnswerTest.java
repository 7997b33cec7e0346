package dev.millrace.provider.openai;

import static dev.millrace.provider.openai.RawChats.EXACT;
import static dev.millrace.provider.openai.RawChats.REQUEST;
import static dev.millrace.provider.openai.RawChats.ask;
import static dev.millrace.provider.openai.RawChats.body;
import static dev.millrace.provider.openai.RawChats.choice;
import static dev.millrace.provider.openai.RawChats.complete;
import static dev.millrace.provider.openai.RawChats.known;
import static dev.millrace.provider.openai.RawChats.malformed;
import static dev.millrace.provider.openai.RawChats.target;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawServer;
import dev.millrace.provider.ProviderOutcome.Succeeded;
import dev.millrace.provider.Quirk;
import dev.millrace.provider.Usage;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/// What is an answer in one piece, and what of it reaches the caller.
@DisplayNameGeneration(ReplaceUnderscores.class)
class OpenAiAnswerTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":null,\"refusal\":\"No.\"},"
                        + "\"finish_reason\":\"stop\"}",
                "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"1\"}]},"
                        + "\"finish_reason\":\"tool_calls\"}",
                "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":null,\"function_call\":{\"name\":\"f\"}},"
                        + "\"finish_reason\":\"function_call\"}",
                "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":null,\"audio\":{\"id\":\"a\"}},"
                        + "\"finish_reason\":\"stop\"}",
                "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":\"length\"}",
                "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"\"},"
                        + "\"finish_reason\":\"content_filter\"}"
            })
    void an_answer_that_says_something_or_ends_where_there_was_nothing_to_say_is_whole(String choice) {
        assertThat(choice(choice)).isInstanceOf(Succeeded.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "\"hi\"",
                "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"hi\"}}",
                "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"hi\"},\"finish_reason\":null}",
                "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"hi\"},\"finish_reason\":7}",
                "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":\"stop\"}",
                "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":null},\"finish_reason\":\"tool_calls\"}",
                "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[]},"
                        + "\"finish_reason\":\"tool_calls\"}",
                "{\"index\":0,\"message\":{\"role\":\"assistant\"},\"finish_reason\":\"function_call\"}",
                "{\"index\":0,\"finish_reason\":\"stop\"}"
            })
    void an_answer_without_a_finish_reason_or_without_anything_said_has_failed(String choice) {
        malformed(choice(choice));
    }

    @Test
    void each_choice_must_be_whole() {
        var whole = "{\"index\":0,\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}";
        assertThat(choice(whole + "," + whole)).isInstanceOf(Succeeded.class);
        malformed(choice(whole + ",{\"index\":1,\"message\":{\"content\":\"b\"},\"finish_reason\":null}"));
    }

    @Test
    void fewer_choices_than_were_asked_for_are_no_whole_answer_unless_the_model_is_known_to_give_one() {
        var one = RawServer.json("{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}");
        var two = REQUEST.replace("{\"model\"", "{\"n\":2,\"model\"");
        try (var provider = RawServer.start(connection -> {
            while (connection.readRequest()) {
                connection.write(one);
            }
        })) {
            malformed(complete(target(provider.uri("/v1")), two));
            var oneChoice = target(provider.uri("/v1"), known(Quirk.ONE_CHOICE));
            assertThat(complete(oneChoice, two)).isInstanceOf(Succeeded.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "null",
                "\"text\"",
                "{\"choices\":{}}",
                "{\"choices\":[]}",
                "{\"object\":\"chat.completion\"}",
                "{\"choices\":[{\"message\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}]",
                "{\"error\":{\"message\":\"overloaded\"},\"choices\":[{\"message\":{\"content\":\"hi\"},"
                        + "\"finish_reason\":\"stop\"}]}",
                "{\"error\":\"overloaded\",\"choices\":[{\"message\":{\"content\":\"hi\"},"
                        + "\"finish_reason\":\"stop\"}]}"
            })
    void a_body_of_another_shape_has_failed(String body) {
        malformed(ask(RawServer.json(body)));
    }

    @Test
    void an_error_of_null_is_no_error_and_does_not_reach_the_caller() {
        var body = body(ask(RawServer.json("{\"error\":null,\"choices\":[{\"index\":0,\"message\":{\"content\":\"hi\"},"
                + "\"finish_reason\":\"stop\"}]}")));
        assertThat(body.has("error")).isFalse();
    }

    @Test
    void usage_is_told_as_far_as_the_provider_gave_it_and_guessed_where_it_gave_none() {
        var without = (Succeeded) choice("{\"message\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}");
        assertThat(without.answer().usage().orElseThrow().estimated()).isTrue();
        assertThat(body(without).path("usage").path("estimated").asBoolean()).isTrue();

        var some = (Succeeded) ask(RawServer.json("{\"choices\":[{\"message\":{\"content\":\"hi\"},"
                + "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,"
                + "\"prompt_tokens_details\":{\"cached_tokens\":4,\"cache_write_tokens\":3}}}"));
        assertThat(some.answer().usage()).hasValue(new Usage(9, 2, 4, 3, 0, false));
    }

    @Test
    void what_clients_read_and_a_server_left_out_is_filled_in() {
        var outcome = (Succeeded) ask(RawServer.json("{\"choices\":[{\"message\":{\"content\":\"a\"},"
                + "\"finish_reason\":\"stop\"},{\"index\":0,\"message\":{\"role\":\"model\",\"tool_calls\":[{\"function\":"
                + "{\"name\":\"f\",\"arguments\":\"{}\"}}]},\"finish_reason\":\"tool_calls\"}],"
                + "\"usage\":{\"prompt_tokens\":9,\"cost\":0.5}}"));

        var body = body(outcome);
        assertThat(body.path("id").asString()).startsWith("chatcmpl-");
        assertThat(body.path("object").asString()).isEqualTo("chat.completion");
        assertThat(body.path("created").asLong()).isPositive();
        for (int i = 0; i < 2; i++) {
            var choice = body.path("choices").path(i);
            assertThat(choice.path("index").asInt(-1)).isEqualTo(i);
            assertThat(choice.has("logprobs")).isTrue();
            assertThat(choice.at("/message/role").asString()).isEqualTo("assistant");
            assertThat(choice.path("message").has("refusal")).isTrue();
        }
        assertThat(body.at("/choices/1/message/content").isNull()).isTrue();
        assertThat(body.at("/usage/completion_tokens").asInt(-1)).isZero();
        assertThat(body.at("/usage/total_tokens").asInt()).isEqualTo(9);
        assertThat(body.at("/usage/cost").asDouble()).isEqualTo(0.5);
    }

    @Test
    void everything_else_in_the_answer_reaches_the_caller_as_it_came() {
        var sent = "{\"id\":\"c\",\"object\":\"chat.completion\",\"created\":7,\"model\":\"upstream-2026-01-01\","
                + "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"refusal\":null,\"content\":"
                + "\"ü \\u0000 🎬\",\"reasoning_content\":\"why\"},\"finish_reason\":\"stop\","
                + "\"logprobs\":{\"content\":[{\"logprob\":-0.0000123456789012345678}]}}],"
                + "\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"total_tokens\":12,\"cost\":0.10},\"vendor\":{\"deep\":[1,[2,{\"x\":null}]]},"
                + "\"big\":12345678901234567890123456789}";
        var expected = (ObjectNode) EXACT.readTree(sent);
        expected.put("model", "public");
        try (var provider = RawServer.start(connection -> {
            while (connection.readRequest()) {
                var bytes = sent.getBytes(StandardCharsets.UTF_8);
                connection
                        .write("HTTP/1.1 200 OK\r\nContent-Length: " + bytes.length + "\r\n\r\n")
                        .write(bytes);
            }
        })) {
            var outcome = (Succeeded) complete(target(provider.uri("/v1")), REQUEST);
            assertThat(EXACT.readTree(outcome.answer().body())).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"201 Created", "204 No Content", "206 Partial", "302 Found", "304 Not Modified"})
    void another_status_than_200_is_no_answer(String status) {
        malformed(ask("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n"));
    }
}
