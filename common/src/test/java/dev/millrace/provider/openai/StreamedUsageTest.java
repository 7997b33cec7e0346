package dev.millrace.provider.openai;

import static dev.millrace.provider.openai.RawStreams.DONE;
import static dev.millrace.provider.openai.RawStreams.HI;
import static dev.millrace.provider.openai.RawStreams.ROLE;
import static dev.millrace.provider.openai.RawStreams.STOP;
import static dev.millrace.provider.openai.RawStreams.WHOLE;
import static dev.millrace.provider.openai.RawStreams.chunk;
import static dev.millrace.provider.openai.RawStreams.delta;
import static dev.millrace.provider.openai.RawStreams.event;
import static dev.millrace.provider.openai.RawStreams.hear;
import static dev.millrace.provider.openai.RawStreams.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.provider.Usage;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Where OpenAI-compatible endpoints tell the usage of a stream, if they do.
@DisplayNameGeneration(ReplaceUnderscores.class)
class StreamedUsageTest {

    @Test
    void usage_on_the_finish_chunk_goes_into_a_chunk_of_its_own() {
        var heard = hear(ROLE
                + HI
                + chunk(
                        STOP,
                        ",\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"total_tokens\":11,"
                                + "\"prompt_tokens_details\":{\"cached_tokens\":4},"
                                + "\"completion_tokens_details\":{\"reasoning_tokens\":1}}")
                + DONE);
        assertThat(heard.end().usage()).isEqualTo(new Usage(9, 2, 4, 1, false));
    }

    @Test
    void usage_in_every_chunk_counts_as_it_was_told_last() {
        var heard = hear(ROLE
                + chunk(
                        "{\"index\":0,\"delta\":{\"content\":\"hi\"},\"finish_reason\":null}",
                        ",\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":1}")
                + chunk(STOP, ",\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}")
                + chunk("", ",\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":3}")
                + DONE);
        assertThat(heard.end().usage()).isEqualTo(new Usage(9, 3, 0, 0, false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",\"choices\":null"})
    void a_usage_chunk_may_have_no_choices_at_all(String choices) {
        var heard = hear(WHOLE
                + event("{\"id\":\"c1\",\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":3}" + choices + "}")
                + DONE);
        assertThat(heard.end().usage().completion()).isEqualTo(3);
    }

    @Test
    void usage_that_is_not_told_is_guessed_from_the_words_and_marked() {
        var heard = hear(ROLE + delta("\"content\":\"twelve chars\"") + chunk(STOP) + DONE);
        assertThat(heard.end().usage().estimated()).isTrue();
        assertThat(heard.end().usage().completion()).isEqualTo(3);
        assertThat(heard.usageChunk().path("usage").path("estimated").asBoolean())
                .isTrue();
    }

    @Test
    void what_a_provider_tells_of_its_usage_beside_the_usual_reaches_the_caller_who_asked() {
        var heard = hear(WHOLE
                + chunk(
                        "",
                        ",\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"cost\":0.10,"
                                + "\"prompt_tokens_details\":{\"audio_tokens\":1}}")
                + DONE);
        assertThat(text(heard.end().usageChunk()))
                .contains("\"cost\":0.10", "\"audio_tokens\":1", "\"total_tokens\":11")
                .doesNotContain("estimated");
    }
}
