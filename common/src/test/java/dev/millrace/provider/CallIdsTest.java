package dev.millrace.provider;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class CallIdsTest {

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {CallIds.ANTHROPIC, CallIds.GOOGLE})
    void an_id_carries_a_payload_and_is_still_what_its_provider_called_it(String tag) {
        var payload = bytes("{\"signature\":\"" + "abc".repeat(5_000) + "\"}");
        var id = CallIds.with("call_1", tag, payload);
        assertThat(id)
                .startsWith("call_1." + tag + ".")
                .matches("[A-Za-z0-9_.-]+")
                .hasSizeLessThan(1_000);
        assertThat(CallIds.payload(id, tag))
                .hasValueSatisfying(carried -> assertThat(carried).isEqualTo(payload));
        assertThat(CallIds.bare(id)).isEqualTo("call_1");
    }

    @Test
    void a_payload_is_for_its_own_adapter_alone() {
        assertThat(CallIds.payload(CallIds.with("a", CallIds.ANTHROPIC, bytes("x")), CallIds.GOOGLE))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"call_1", "", "a.b.c", "mra.", "call.mr.x"})
    void an_id_that_carries_nothing_is_bare(String id) {
        assertThat(CallIds.bare(id)).isEqualTo(id);
        assertThat(CallIds.payload(id, CallIds.ANTHROPIC)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.mra.", "a.mra.!!", "a.mra.AAAA", "a.mra.eJw", "a.mra.ü"})
    void what_was_not_written_here_is_no_payload(String id) {
        assertThat(CallIds.payload(id, CallIds.ANTHROPIC)).isEmpty();
        assertThat(CallIds.bare(id)).isEqualTo("a");
    }

    @Test
    void a_payload_that_would_make_the_id_too_long_is_left_at_home() {
        assertThat(CallIds.with("a", CallIds.GOOGLE, noise(800_000))).isEqualTo("a");
    }

    @Test
    void as_much_as_a_model_may_think_in_a_turn_is_carried_though_it_does_not_deflate() {
        var thoughts = noise(700_000);
        assertThat(CallIds.payload(CallIds.with("a", CallIds.ANTHROPIC, thoughts), CallIds.ANTHROPIC))
                .hasValue(thoughts);
    }

    private static byte[] noise(int bytes) {
        var noise = new byte[bytes];
        new Random(7).nextBytes(noise);
        return noise;
    }

    @Test
    void a_payload_that_inflates_without_end_is_none() {
        var bomb = CallIds.with("a", CallIds.GOOGLE, new byte[8 * 1024 * 1024]);
        assertThat(bomb).hasSizeLessThan(64 * 1024).isNotEqualTo("a");
        assertThat(CallIds.payload(bomb, CallIds.GOOGLE)).isEmpty();
        var tooLong = "a.mrg." + Base64.getUrlEncoder().encodeToString(new byte[1_100_000]);
        assertThat(CallIds.payload(tooLong, CallIds.GOOGLE)).isEmpty();
    }
}
