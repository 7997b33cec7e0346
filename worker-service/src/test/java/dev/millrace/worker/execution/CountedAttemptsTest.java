package dev.millrace.worker.execution;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class CountedAttemptsTest {

    private final Played played = new Played();

    @Test
    void each_attempt_is_counted_once_by_provider_and_outcome() {
        played.answering("a", Played::broken).answering("b", Played::unfit).answering("c", Played::answered);

        played.run("a", "b", "c");

        assertThat(played.work.awaitEnd(played.job)).isEqualTo("succeeded");
        assertThat(played.counted("a", "provider_error")).isEqualTo(1);
        assertThat(played.counted("c", "succeeded")).isEqualTo(1);
        assertThat(played.counted("a", "succeeded")).isZero();
        assertThat(played.counted("b", "unsupported_parameter"))
                .as("it was not asked")
                .isZero();
    }
}
