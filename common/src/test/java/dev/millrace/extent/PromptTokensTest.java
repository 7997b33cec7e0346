package dev.millrace.extent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class PromptTokensTest {

    private static long estimate(String body) {
        return PromptTokens.estimate(body.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 10_000})
    void text_has_a_token_to_four_bytes(int words) {
        assertThat(estimate("{\"content\":\"" + "of all ".repeat(words) + "\"}"))
                .isEqualTo((14 + words * 7) / 4);
    }

    @Test
    void a_picture_has_a_thousand_however_large_it_is() {
        var bytes = new byte[3_000_000];
        new Random(1).nextBytes(bytes);
        var plain = Base64.getEncoder().encodeToString(bytes);
        for (var spelled : new String[] {plain, plain.replace("/", "\\/")}) {
            assertThat(estimate("{\"url\":\"data:image/png;base64," + spelled + "\"}"))
                    .isBetween(1_000L, 1_020L);
        }
    }
}
