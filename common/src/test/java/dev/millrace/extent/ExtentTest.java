package dev.millrace.extent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ExtentTest {

    private static final String MESSAGES = "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\",\"n\":9}]";

    private static Extent ofChat(String more) {
        return Extent.ofChat(bytes(more));
    }

    private static byte[] bytes(String more) {
        return ("{" + MESSAGES + more + "}").getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void a_chat_tells_its_prompt_by_its_length_and_sets_no_limit_unless_it_says_so() {
        assertThat(ofChat("")).isEqualTo(new Extent(bytes("").length / 4, OptionalLong.empty(), 1));
        assertThat(ofChat("").allAnswers()).isEmpty();
    }

    @Test
    void its_answers_are_as_many_and_each_as_long_as_it_allows() {
        var extent = ofChat(",\"n\":3,\"max_tokens\":7");

        assertThat(extent.answers()).isEqualTo(3);
        assertThat(extent.answer()).hasValue(7);
        assertThat(extent.allAnswers()).hasValue(21);
    }

    @Test
    void the_newer_of_the_two_limits_holds_whichever_comes_first() {
        assertThat(ofChat(",\"max_tokens\":9,\"max_completion_tokens\":7").answer())
                .hasValue(7);
        assertThat(ofChat(",\"max_completion_tokens\":7,\"max_tokens\":9").answer())
                .hasValue(7);
    }

    @Test
    void limits_deeper_down_are_data() {
        var tools = ",\"tools\":[{\"function\":{\"parameters\":{\"max_tokens\":7,\"n\":9}}}],\"max_tokens\":5";

        assertThat(ofChat(tools).answer()).hasValue(5);
        assertThat(ofChat(tools).answers()).isEqualTo(1);
    }
}
