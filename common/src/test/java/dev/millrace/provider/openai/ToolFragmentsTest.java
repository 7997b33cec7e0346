package dev.millrace.provider.openai;

import static dev.millrace.provider.openai.RawStreams.DONE;
import static dev.millrace.provider.openai.RawStreams.ROLE;
import static dev.millrace.provider.openai.RawStreams.chunk;
import static dev.millrace.provider.openai.RawStreams.delta;
import static dev.millrace.provider.openai.RawStreams.hear;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// How OpenAI-compatible endpoints cut tool calls into fragments, and how a caller gets them.
@DisplayNameGeneration(ReplaceUnderscores.class)
class ToolFragmentsTest {

    private static String calls(String fragments) {
        return delta("\"tool_calls\":[" + fragments + "]");
    }

    private static String fragment(int index, String id, String name, String arguments) {
        return "{\"index\":" + index + ",\"id\":\"" + id + "\",\"type\":\"function\",\"function\":{\"name\":\"" + name
                + "\",\"arguments\":\"" + arguments + "\"}}";
    }

    private static final String CALLED = chunk("{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}");

    @Test
    void a_tool_calls_id_type_and_name_come_once_however_often_they_were_sent() {
        var heard = hear(ROLE
                + calls(fragment(0, "a", "f", ""))
                + calls(fragment(0, "a", "f", "1"))
                + calls(fragment(0, "a", "f", "2"))
                + CALLED
                + DONE);
        assertThat(heard.arguments(0, 0)).isEqualTo("12");
        assertThat(heard.deltas(0).get(1).path("tool_calls").path(0).path("id").asString())
                .isEqualTo("a");
    }

    @Test
    void calls_that_are_all_counted_as_the_first_are_told_apart_by_their_ids() {
        var heard = hear(ROLE
                + calls(fragment(0, "a", "f", "1"))
                + calls(fragment(0, "b", "g", "2"))
                + calls("{\"index\":0,\"function\":{\"arguments\":\"3\"}}")
                + CALLED
                + DONE);
        assertThat(heard.arguments(0, 0)).isEqualTo("1");
        assertThat(heard.arguments(0, 1)).isEqualTo("23");
    }

    @Test
    void fragments_without_an_index_go_on_with_the_last_call() {
        var heard = hear(ROLE
                + calls("{\"id\":\"a\",\"function\":{\"name\":\"f\"}}")
                + calls("{\"function\":{\"arguments\":\"1\"}}")
                + calls("{\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"2\"}}")
                + calls("{\"function\":{\"arguments\":\"3\"}}")
                + CALLED
                + DONE);
        assertThat(heard.arguments(0, 0)).isEqualTo("1");
        assertThat(heard.arguments(0, 1)).isEqualTo("23");
    }

    @Test
    void calls_are_counted_from_0_as_they_appear() {
        var heard = hear(ROLE
                + calls(fragment(3, "a", "f", "1"))
                + calls("{\"index\":3,\"function\":{\"arguments\":\"2\"}}")
                + calls(fragment(7, "b", "g", "3"))
                + CALLED
                + DONE);
        assertThat(heard.arguments(0, 0)).isEqualTo("12");
        assertThat(heard.arguments(0, 1)).isEqualTo("3");
    }

    @Test
    void several_calls_in_one_chunk_and_their_arguments_as_plain_fragments_arrive() {
        var heard = hear(ROLE
                + calls(fragment(0, "a", "f", "") + "," + fragment(1, "b", "g", ""))
                + calls("{\"index\":1,\"function\":{\"arguments\":\"2\"}}")
                + calls("{\"index\":0,\"function\":{\"arguments\":\"1\"}}")
                + CALLED
                + DONE);
        assertThat(heard.arguments(0, 0)).isEqualTo("1");
        assertThat(heard.arguments(0, 1)).isEqualTo("2");
    }
}
