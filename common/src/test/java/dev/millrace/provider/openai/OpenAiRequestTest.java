package dev.millrace.provider.openai;

import static dev.millrace.provider.openai.RawChats.ADAPTER;
import static dev.millrace.provider.openai.RawChats.EXACT;
import static dev.millrace.provider.openai.RawChats.REQUEST;
import static dev.millrace.provider.openai.RawChats.body;
import static dev.millrace.provider.openai.RawChats.choice;
import static dev.millrace.provider.openai.RawChats.complete;
import static dev.millrace.provider.openai.RawChats.known;
import static dev.millrace.provider.openai.RawChats.refusing;
import static dev.millrace.provider.openai.RawChats.sent;
import static dev.millrace.provider.openai.RawChats.sentTo;
import static dev.millrace.provider.openai.RawChats.target;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawServer;
import dev.millrace.provider.CallIds;
import dev.millrace.provider.ChatCall;
import dev.millrace.provider.ProviderOutcome.Succeeded;
import dev.millrace.provider.ProviderOutcome.Unfit;
import dev.millrace.provider.Quirk;
import dev.millrace.provider.Traits;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/// What leaves for an OpenAI-compatible endpoint, byte by byte.
@DisplayNameGeneration(ReplaceUnderscores.class)
class OpenAiRequestTest {

    @Test
    void the_request_passes_unchanged_at_any_depth_but_for_the_models_name() {
        var request = "{\"model\":\"public\",\"messages\":[{\"role\":\"user\",\"content\":\"ü 漢 🎬 \\u0000\"}],"
                + "\"temperature\":0.1,\"unknown\":{\"api_key\":\"data\",\"deep\":[[[{\"url\":\"x\"}]]]},"
                + "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"type\":\"object\","
                + "\"properties\":{\"base_url\":{\"type\":\"number\",\"maximum\":0.12345678901234567890123,"
                + "\"minimum\":-1e400},\"n\":{\"const\":12345678901234567890123456789}}}}}],\"seed\":9007199254740993}";
        var expected = (ObjectNode) EXACT.readTree(request);
        expected.put("model", "upstream");
        try (var provider = RawServer.answering(RawServer.json("{}"))) {
            complete(target(provider.uri("/v1")), request);
            assertThat(sentTo(provider)).isEqualTo(expected);
        }
    }

    @Test
    void a_request_for_the_same_name_goes_out_byte_for_byte() {
        var request = "{ \"model\" : \"upstream\",\n \"messages\":[] , \"a\":1.0e2 }";
        try (var provider = RawServer.answering(RawServer.json("{}"))) {
            ADAPTER.complete(
                    target(provider.uri("/v1/")), ChatCall.whole(request.getBytes(StandardCharsets.UTF_8), "upstream"));
            assertThat(provider.requests().getFirst())
                    .startsWith("POST /v1/chat/completions HTTP/1.1\r\n")
                    .endsWith("\r\n\r\n" + request);
        }
    }

    @Test
    void what_the_model_does_not_take_is_refused_by_name_and_nothing_is_sent() {
        try (var provider = RawServer.answering(RawServer.json("{}"))) {
            var request = REQUEST.replace("{\"model\"", "{\"seed\":7,\"model\"");
            assertThat(complete(target(provider.uri("/v1"), refusing("seed")), request))
                    .isInstanceOfSatisfying(
                            Unfit.class, unfit -> assertThat(unfit.param()).isEqualTo("seed"));
            assertThat(provider.requests()).isEmpty();
        }
    }

    @Test
    void what_may_be_dropped_is_left_out_and_told() {
        var request = REQUEST.replace("{\"model\"", "{\"seed\":7,\"model\"");
        assertThat(sent(request, refusing("seed"), "seed").has("seed")).isFalse();
        try (var provider = RawServer.answering(
                RawServer.json("{\"choices\":[{\"message\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}]}"))) {
            var outcome = complete(target(provider.uri("/v1"), refusing("seed")), request, "seed", "user");
            assertThat(((Succeeded) outcome).answer().dropped()).containsExactly("seed");
        }
    }

    @Test
    void a_limit_goes_out_under_the_name_that_the_model_takes() {
        var quirk = known(Quirk.MAX_COMPLETION_TOKENS);
        var limited = REQUEST.replace("{\"model\"", "{\"max_tokens\":7,\"model\"");
        assertThat(sent(limited, quirk).path("max_completion_tokens").asInt()).isEqualTo(7);
        assertThat(sent(limited, quirk).has("max_tokens")).isFalse();
        assertThat(sent(limited, Traits.NONE).path("max_tokens").asInt()).isEqualTo(7);
        var both = limited.replace("{\"max_tokens\"", "{\"max_completion_tokens\":5,\"max_tokens\"");
        assertThat(sent(both, quirk).path("max_completion_tokens").asInt()).isEqualTo(5);
    }

    @Test
    void a_call_that_is_answered_in_one_piece_does_not_ask_for_a_stream() {
        var sent = sent(
                REQUEST.replace("{\"model\"", "{\"stream\":true,\"stream_options\":{\"include_usage\":true},\"model\""),
                Traits.NONE);
        assertThat(sent.path("stream").asBoolean(true)).isFalse();
        assertThat(sent.has("stream_options")).isFalse();
        assertThat(sent(REQUEST, Traits.NONE).has("stream")).isFalse();
    }

    @Test
    void what_other_providers_put_into_a_calls_id_stays_here() {
        var id = CallIds.with("call_1", CallIds.ANTHROPIC, "signed".getBytes(StandardCharsets.UTF_8));
        var sent = sent(
                "{\"model\":\"public\",\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"" + id
                        + "\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},"
                        + "{\"role\":\"tool\",\"tool_call_id\":\"" + id + "\",\"content\":\"" + id + "\"}]}",
                Traits.NONE);
        var messages = sent.path("messages");
        assertThat(messages.path(0).path("tool_calls").path(0).path("id").asString())
                .isEqualTo("call_1");
        assertThat(messages.path(1).path("tool_call_id").asString()).isEqualTo("call_1");
        assertThat(messages.path(1).path("content").asString()).as("data").isEqualTo(id);
    }

    @Test
    void half_a_surrogate_pair_passes_in_both_directions() {
        var half = "\\ud83c";
        assertThat(sent(REQUEST.replace("hi", half), Traits.NONE)
                        .path("messages")
                        .path(0)
                        .path("content")
                        .stringValue())
                .isEqualTo("\ud83c");
        assertThat(body(choice("{\"message\":{\"content\":\"" + half + "\"},\"finish_reason\":\"stop\"}"))
                        .path("choices")
                        .path(0)
                        .path("message")
                        .path("content")
                        .stringValue())
                .isEqualTo("\ud83c");
    }
}
