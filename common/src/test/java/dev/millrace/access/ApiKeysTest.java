package dev.millrace.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashSet;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ApiKeysTest {

    private static final String KEY = "mr_" + "a1B2c3D4" + "e".repeat(43);

    @Test
    void a_key_carries_256_random_bits_behind_the_part_that_finds_it() {
        var key = ApiKeys.generate().reveal();
        assertThat(key).matches("mr_[A-Za-z0-9_-]{51}");
        var random = java.util.Base64.getUrlDecoder().decode(key.substring(11));
        assertThat(random).hasSize(32);
    }

    @Test
    void no_two_keys_and_no_two_prefixes_of_many_are_alike() {
        var keys = new HashSet<String>();
        var prefixes = new HashSet<String>();
        for (int i = 0; i < 1_000; i++) {
            var key = ApiKeys.generate().reveal();
            keys.add(key);
            prefixes.add(ApiKeys.prefix(key).orElseThrow());
        }
        assertThat(keys).hasSize(1_000);
        assertThat(prefixes).hasSize(1_000);
    }

    @Test
    void a_key_is_found_by_its_first_eleven_characters() {
        assertThat(ApiKeys.prefix(KEY)).hasValue("mr_a1B2c3D4");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "mr_",
                "mr_a1B2c3D4",
                "sk-a1B2c3D4eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
                "mr_a1B2c3D4eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
                "mr_a1B2c3D4eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
                "mr_a1B2c3D4eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee\n",
                " mr_a1B2c3D4eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
                "MR_a1B2c3D4eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
                "mr_a1B2c3'4eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
                "mr_a1B2c3D4' or '1'='1eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
                "mr_a1B2c3%4eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
                "mr_a1B2c3D4eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee\0e",
                "mr_a1B2c3D4eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeé"
            })
    void what_has_not_the_form_of_a_key_is_none_and_never_reaches_the_database(String text) {
        assertThat(ApiKeys.prefix(text)).isEmpty();
    }

    @Test
    void what_is_kept_is_the_sha_256_of_the_whole_key() throws Exception {
        assertThat(ApiKeys.hash(KEY))
                .isEqualTo(MessageDigest.getInstance("SHA-256").digest(KEY.getBytes(StandardCharsets.US_ASCII)))
                .hasSize(32);
        assertThat(ApiKeys.hash(KEY)).isNotEqualTo(ApiKeys.hash(KEY.substring(0, 53) + "f"));
    }
}
