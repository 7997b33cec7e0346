package dev.millrace.benchmarks.row;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class CommitTimesTest {

    @Test
    void a_prompt_is_found_in_a_chat_and_in_a_video() {
        assertThat(CommitTimes.prompt("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"pickup 7\"}]}"))
                .isEqualTo("pickup 7");
        assertThat(CommitTimes.prompt("{\"model\":\"m\",\"prompt\":\"render 8\",\"seconds\":\"4\"}"))
                .isEqualTo("render 8");
    }

    @Test
    void where_there_is_none_it_is_empty() {
        assertThat(CommitTimes.prompt("{}")).isEmpty();
    }
}
