package dev.millrace.provider.openai;

import static dev.millrace.provider.openai.RawStreams.DONE;
import static dev.millrace.provider.openai.RawStreams.HI;
import static dev.millrace.provider.openai.RawStreams.REQUEST;
import static dev.millrace.provider.openai.RawStreams.ROLE;
import static dev.millrace.provider.openai.RawStreams.STOP;
import static dev.millrace.provider.openai.RawStreams.WHOLE;
import static dev.millrace.provider.openai.RawStreams.chunk;
import static dev.millrace.provider.openai.RawStreams.delta;
import static dev.millrace.provider.openai.RawStreams.event;
import static dev.millrace.provider.openai.RawStreams.failure;
import static dev.millrace.provider.openai.RawStreams.hear;
import static dev.millrace.provider.openai.RawStreams.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.provider.Quirk;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What an OpenAI-compatible endpoint does otherwise in its chunks, and what its caller gets.
@DisplayNameGeneration(ReplaceUnderscores.class)
class ChunkTranslatorTest {

    @Test
    void what_conforms_is_relayed_byte_for_byte() {
        var odd = "{ \"id\":\"c1\",\"created\":5, \"object\":\"chat.completion.chunk\",\"model\":\"public\""
                + " ,\"x\":[1.50e2],\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\\u00e4 \u00e4"
                + " \\ud83d\"},\"logprobs\":{\"content\":[]},\"finish_reason\":null}] }";
        var heard = hear(ROLE + event(odd) + chunk(STOP) + DONE, false);
        assertThat(text(heard.chunks().get(1).json())).isEqualTo(odd);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"id\":\"c1\",\"model\":\"up\",\"usage\":null,\"created\":5|{\"id\":\"c1\",\"model\":\"public\",\"created\":5",
                "{\"id\":\"c1\", \"error\": null , \"model\" :\"u\\\"p\", \"created\":5,\"usage\":null|"
                        + "{\"id\":\"c1\" , \"model\" :\"public\", \"created\":5",
                "{\"id\":\"c1\",\"created\":5,\"model\":\"up\",\"obfuscation\":\"abc\"|"
                        + "{\"id\":\"c1\",\"created\":5,\"model\":\"public\",\"obfuscation\":\"abc\"",
            })
    void only_the_models_name_and_what_must_not_be_seen_is_changed_in_a_chunk_that_conforms(String sent, String told) {
        var rest =
                ",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\\ud83d\"},"
                        + "\"finish_reason\":null}]}";
        var heard = hear(ROLE + event(sent + rest) + chunk(STOP) + DONE, false);
        assertThat(text(heard.chunks().get(1).json())).isEqualTo(told + rest);
    }

    @Test
    void the_model_is_the_callers_name_for_it() {
        assertThat(hear(WHOLE + DONE).text(0)).isEqualTo("hi");
    }

    @Test
    void a_repeated_role_is_said_once() {
        var heard = hear(ROLE
                + delta("\"role\":\"assistant\",\"content\":\"h\"")
                + delta("\"role\":\"assistant\",\"content\":\"i\"")
                + chunk("{\"index\":0,\"delta\":{\"role\":\"assistant\"},\"finish_reason\":\"stop\"}")
                + DONE);
        assertThat(heard.text(0)).isEqualTo("hi");
        assertThat(heard.finishReasons(0)).containsExactly("stop");
    }

    @Test
    void fewer_choices_than_were_asked_for_are_no_whole_answer_unless_the_model_is_known_to_give_one() {
        var two = REQUEST.replace("{\"model\"", "{\"n\":2,\"model\"");

        assertThat(failure(hear(two, WHOLE + DONE, false)).kind()).isEqualTo("malformed_answer");
        assertThat(failure(hear(two, WHOLE, false, Quirk.NO_DONE)).kind()).isEqualTo("malformed_answer");

        assertThat(hear(two, WHOLE + DONE, false, Quirk.ONE_CHOICE).end()).isNotNull();
        var second = WHOLE.replace("\"index\":0", "\"index\":1");
        assertThat(hear(two, WHOLE + second + DONE, false).end()).isNotNull();
    }

    @Test
    void a_missing_role_is_added_to_the_first_chunk() {
        assertThat(hear(HI + HI + chunk(STOP) + DONE).text(0)).isEqualTo("hihi");
    }

    @Test
    void a_finish_reason_on_the_last_words_comes_after_them() {
        var heard =
                hear(ROLE + chunk("{\"index\":0,\"delta\":{\"content\":\"hi\"},\"finish_reason\":\"length\"}") + DONE);
        assertThat(heard.text(0)).isEqualTo("hi");
        assertThat(heard.finishReasons(0)).containsExactly("length");
        assertThat(heard.chunks().getLast().token()).isFalse();
    }

    @Test
    void an_answer_in_one_chunk_is_an_answer() {
        var heard = hear(
                chunk("{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"hi\"},\"finish_reason\":\"stop\"}")
                        + DONE);
        assertThat(heard.text(0)).isEqualTo("hi");
    }

    @Test
    void what_follows_the_finish_reason_is_left_out() {
        var heard = hear(WHOLE + delta("") + HI + chunk(STOP) + DONE);
        assertThat(heard.text(0)).isEqualTo("hi");
        assertThat(heard.finishReasons(0)).containsExactly("stop");
    }

    @Test
    void an_index_that_is_missing_is_the_position() {
        var heard = hear(chunk("{\"delta\":{\"role\":\"assistant\",\"content\":\"hi\"}}")
                + chunk("{\"delta\":{},\"finish_reason\":\"stop\"}")
                + DONE);
        assertThat(heard.text(0)).isEqualTo("hi");
    }

    @Test
    void an_id_that_changes_or_is_missing_is_the_first_one() {
        var other = HI.replace("\"c1\"", "\"c2\"").replace("\"created\":5", "\"created\":6");
        var none = HI.replace("\"id\":\"c1\",", "")
                .replace("\"created\":5,", "")
                .replace("\"object\":\"chat.completion.chunk\",", "");
        assertThat(hear(ROLE + other + none + chunk(STOP) + DONE).text(0)).isEqualTo("hihi");
        assertThat(hear(none + other + chunk(STOP) + DONE).text(0)).isEqualTo("hihi");
    }

    @Test
    void an_error_of_null_does_not_reach_the_caller() {
        assertThat(hear(WHOLE.replace("\"choices\"", "\"error\":null,\"choices\"") + DONE)
                        .text(0))
                .isEqualTo("hi");
        assertThat(hear(WHOLE.replace("{\"id\"", "{\"error\":null,\"id\"") + DONE)
                        .text(0))
                .isEqualTo("hi");
    }

    @Test
    void a_chunk_without_choices_that_tells_of_the_prompt_is_left_out() {
        var heard = hear(event("{\"id\":\"\",\"object\":\"\",\"created\":0,\"model\":\"\",\"choices\":[],"
                        + "\"prompt_filter_results\":[]}")
                + WHOLE
                + DONE);
        assertThat(heard.text(0)).isEqualTo("hi");
    }

    @Test
    void several_choices_are_whole_when_each_has_its_finish_reason() {
        var two = chunk("{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"a\"},\"finish_reason\":null}")
                + chunk("{\"index\":1,\"delta\":{\"role\":\"assistant\",\"content\":\"b\"},\"finish_reason\":null}")
                + chunk(STOP);
        var heard = hear(two
                + chunk("{\"index\":1,\"delta\":{\"content\":\"c\"},\"finish_reason\":null}")
                + chunk("{\"index\":1,\"delta\":{},\"finish_reason\":\"length\"}")
                + DONE);
        assertThat(heard.text(0)).isEqualTo("a");
        assertThat(heard.text(1)).isEqualTo("bc");
        assertThat(heard.finishReasons(1)).containsExactly("length");
        assertThat(failure(hear(two + DONE)).kind()).isEqualTo("malformed_answer");
    }

    @Test
    void a_choice_that_comes_before_those_of_a_lower_index_lets_them_begin_first() {
        var heard = hear(chunk("{\"index\":1,\"delta\":{\"content\":\"b\"},\"finish_reason\":null}")
                + chunk("{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"a\"},\"finish_reason\":null}")
                + chunk("{\"index\":1,\"delta\":{},\"finish_reason\":\"stop\"}")
                + chunk(STOP)
                + DONE);
        assertThat(heard.json().getFirst().path("choices")).hasSize(1);
        assertThat(heard.json().getFirst().at("/choices/0/index").asInt()).isZero();
        assertThat(heard.text(0)).isEqualTo("a");
        assertThat(heard.text(1)).isEqualTo("b");
        heard.end();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"refusal\":\"No.\"",
                "\"reasoning_content\":\"hm\"",
                "\"reasoning\":\"hm\"",
                "\"function_call\":{\"name\":\"f\",\"arguments\":\"\"}",
                "\"audio\":{\"id\":\"a\"}",
                "\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\"}}]"
            })
    void other_words_than_content_are_tokens_too(String delta) {
        var heard = hear(ROLE + delta(delta) + chunk(STOP) + DONE);
        assertThat(heard.chunks().get(0).token()).isFalse();
        assertThat(heard.chunks().get(1).token()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"length", "content_filter"})
    void an_answer_that_says_why_it_is_empty_is_an_answer(String reason) {
        hear(ROLE + chunk(STOP.replace("stop", reason)) + DONE).end();
    }
}
