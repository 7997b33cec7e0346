package dev.millrace.provider;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class UsageGuessTest {

    private static long prompt(String json) {
        return UsageGuess.prompt(Simulated.JSON.readTree(json));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "4, 1", "5, 2", "4000, 1000"})
    void four_characters_make_a_token(long characters, long tokens) {
        assertThat(UsageGuess.tokens(characters)).isEqualTo(tokens);
    }

    @Test
    void all_text_of_a_request_counts_and_a_prompt_is_at_least_one_token() {
        assertThat(prompt("{\"messages\":[]}")).isEqualTo(1);
        assertThat(prompt("{\"messages\":[{\"role\":\"user\",\"content\":\"" + "x".repeat(400) + "\"}]}"))
                .isEqualTo(101);
        assertThat(prompt("{\"messages\":[{\"content\":[{\"text\":\"" + "x".repeat(400) + "\"}]}]}"))
                .isEqualTo(100);
        assertThat(prompt("{\"tools\":[{\"function\":{\"description\":\"" + "x".repeat(40) + "\"}}]}"))
                .isEqualTo(10);
        assertThat(prompt("{\"input\":[1,2,3]}")).isEqualTo(3);
    }

    @Test
    void a_picture_counts_as_a_picture_and_not_as_its_base64() {
        assertThat(prompt("{\"messages\":[{\"content\":[{\"image_url\":{\"url\":\"data:image/png;base64,"
                        + "A".repeat(1_000_000) + "\"}}]}]}"))
                .isLessThan(1_000);
    }

    @Test
    void a_guess_is_marked_as_one() {
        var usage = Asked.of(Simulated.JSON.readTree("{\"messages\":[{\"content\":\"12345678\"}]}"))
                .guess(12);
        assertThat(usage).isEqualTo(new Usage(2, 3, 0, 0, true));
    }
}
