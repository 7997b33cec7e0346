package dev.millrace.provider;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class UsageTest {

    @Test
    void tokens_read_from_the_cache_and_put_into_it_are_told_as_parts_of_the_prompt() {
        assertThat(Simulated.JSON.readTree(new Usage(20, 7, 5, 3, 2, false).json()))
                .isEqualTo(Simulated.JSON.readTree("""
                        {"prompt_tokens": 20, "completion_tokens": 7, "total_tokens": 27,
                         "prompt_tokens_details": {"cached_tokens": 5, "cache_write_tokens": 3},
                         "completion_tokens_details": {"reasoning_tokens": 2}}"""));
    }

    @Test
    void where_nothing_was_put_there_it_has_the_standard_fields_alone() {
        assertThat(Simulated.JSON.readTree(new Usage(20, 7, 5, 2, true).json()))
                .isEqualTo(Simulated.JSON.readTree("""
                        {"prompt_tokens": 20, "completion_tokens": 7, "total_tokens": 27,
                         "prompt_tokens_details": {"cached_tokens": 5},
                         "completion_tokens_details": {"reasoning_tokens": 2}, "estimated": true}"""));
    }

    @Test
    void a_count_beyond_all_sense_does_not_get_into_the_books() {
        var usage = new Usage(Long.MAX_VALUE, -1, Long.MAX_VALUE, Long.MAX_VALUE, -1, false);

        assertThat(usage).isEqualTo(new Usage(1_000_000_000, 0, 1_000_000_000, 1_000_000_000, 0, false));
    }
}
