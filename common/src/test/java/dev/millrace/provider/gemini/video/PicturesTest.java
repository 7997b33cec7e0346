package dev.millrace.provider.gemini.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.http.OutboundHttp;
import dev.millrace.http.RawServer;
import dev.millrace.provider.Simulated;
import dev.millrace.provider.Target;
import dev.millrace.provider.Traits;
import dev.millrace.provider.gemini.video.Wish.Reference.Picture;
import dev.millrace.provider.gemini.video.Wish.UnfitException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A picture that a caller names by its address.
@DisplayNameGeneration(ReplaceUnderscores.class)
class PicturesTest {

    private static final Target TARGET =
            new Target("google", URI.create("http://127.0.0.1:1"), "veo", Simulated.KEY, Duration.ZERO, Traits.NONE);

    private static Picture picture(URI address, OutboundHttp http) throws UnfitException {
        var request = Simulated.JSON.createObjectNode().put("prompt", "a cat");
        request.putObject("input_reference").put("image_url", address.toString());
        var wish = Wish.of(request.toString().getBytes(StandardCharsets.UTF_8), TARGET, Set.of(), Set.of());
        return new Pictures(http).of(wish).orElseThrow();
    }

    private static void unfit(URI address, OutboundHttp http) {
        assertThatExceptionOfType(UnfitException.class)
                .isThrownBy(() -> picture(address, http))
                .satisfies(unfit -> assertThat(unfit.unfit().param()).isEqualTo("input_reference.image_url"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"image/png", "Image/PNG; charset=binary"})
    void is_fetched_without_any_key_and_sent_on_as_bytes(String type) throws UnfitException {
        try (var server = RawServer.answering(RawServer.answer("200 OK", type, "abc"))) {
            assertThat(picture(server.uri("/a.png?x=1"), Simulated.OPENED)).isEqualTo(new Picture("image/png", "YWJj"));
            assertThat(server.requests().getFirst())
                    .startsWith("GET /a.png?x=1 HTTP/1.1\r\n")
                    .doesNotContain("canary")
                    .doesNotContainIgnoringCase("authorization");
        }
    }

    @Test
    void at_a_forbidden_address_is_refused_by_the_guard() {
        try (var internal = RawServer.answering(RawServer.answer("200 OK", "image/png", "abc"))) {
            unfit(internal.uri("/a.png"), Simulated.GUARDED);
            assertThat(internal.connections()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"404 Not Found", "302 Found", "500 Error", "206 Partial"})
    void that_is_not_there_is_refused_by_name(String status) {
        try (var server = RawServer.answering(RawServer.answer(status, "image/png", "abc"))) {
            unfit(server.uri("/a.png"), Simulated.OPENED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"image/webp", "text/html", "image/svg+xml"})
    void of_another_type_is_refused_by_name(String type) {
        try (var server = RawServer.answering(RawServer.answer("200 OK", type, "abc"))) {
            unfit(server.uri("/a.png"), Simulated.OPENED);
        }
    }

    @Test
    void that_is_larger_than_what_openai_takes_is_refused_by_name() {
        try (var server =
                RawServer.answering(RawServer.answer("200 OK", "image/png", "x".repeat(20 * 1024 * 1024 + 1)))) {
            unfit(server.uri("/a.png"), Simulated.OPENED);
        }
    }
}
