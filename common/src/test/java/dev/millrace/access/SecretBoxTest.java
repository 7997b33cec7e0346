package dev.millrace.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SecretBoxTest {

    private static final UUID OWNER = UUID.fromString("00000000-0000-7000-8000-000000000001");
    private static final UUID OTHER = UUID.fromString("00000000-0000-7000-8000-000000000002");
    private static final Secret SECRET = new Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

    private static final SecretBox BOX = box((byte) 1);

    private static SecretBox box(byte filled) {
        var key = new byte[32];
        Arrays.fill(key, filled);
        return new SecretBox(new Secret(Base64.getEncoder().encodeToString(key)));
    }

    @Test
    void what_was_sealed_opens_for_its_owner() {
        assertThat(BOX.open(OWNER, BOX.seal(OWNER, SECRET))).isEqualTo(SECRET);
        var unusual = new Secret("ü 漢 🎬 \n");
        assertThat(BOX.open(OWNER, BOX.seal(OWNER, unusual))).isEqualTo(unusual);
        assertThat(BOX.open(OWNER, BOX.seal(OWNER, new Secret("")))).isEqualTo(new Secret(""));
    }

    @Test
    void what_is_stored_holds_nothing_of_the_text_and_is_another_each_time() {
        var sealed = BOX.seal(OWNER, SECRET);
        assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("whsec", "MfKQ");
        assertThat(BOX.seal(OWNER, SECRET)).isNotEqualTo(sealed);
    }

    @Test
    void it_does_not_open_for_another_owner() {
        var sealed = BOX.seal(OWNER, SECRET);
        assertThatIllegalStateException().isThrownBy(() -> BOX.open(OTHER, sealed));
    }

    @Test
    void it_does_not_open_under_another_key_and_the_failure_says_what_to_look_at() {
        var sealed = BOX.seal(OWNER, SECRET);
        assertThatIllegalStateException()
                .isThrownBy(() -> box((byte) 2).open(OWNER, sealed))
                .withMessageContaining("MILLRACE_SECRET_KEY");
    }

    @Test
    void a_single_changed_bit_anywhere_keeps_it_shut() {
        var sealed = BOX.seal(OWNER, SECRET);
        for (int i = 0; i < sealed.length; i++) {
            var changed = sealed.clone();
            changed[i] ^= 1;
            assertThatIllegalStateException().as("byte " + i).isThrownBy(() -> BOX.open(OWNER, changed));
        }
    }

    @Test
    void what_is_too_short_to_have_been_sealed_does_not_open() {
        var sealed = BOX.seal(OWNER, SECRET);
        for (int length : new int[] {0, 1, 11, 12, 13, 27, sealed.length - 1}) {
            assertThatIllegalStateException()
                    .as(length + " bytes")
                    .isThrownBy(() -> BOX.open(OWNER, Arrays.copyOf(sealed, length)));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "secret",
                "not base64 at all!",
                "AQEBAQEBAQEBAQEBAQEBAQ==",
                "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"
            })
    void a_key_that_is_not_32_bytes_in_base64_is_refused_without_being_shown(String key) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SecretBox(new Secret(key)))
                .withMessage("MILLRACE_SECRET_KEY must be Base64 of 32 bytes")
                .withNoCause();
    }

    @Test
    void white_space_around_the_key_does_not_matter() {
        var key = Base64.getEncoder().encodeToString(new byte[32]);
        var sealed = new SecretBox(new Secret(key)).seal(OWNER, SECRET);
        assertThat(new SecretBox(new Secret(" " + key + "\n")).open(OWNER, sealed))
                .isEqualTo(SECRET);
    }
}
