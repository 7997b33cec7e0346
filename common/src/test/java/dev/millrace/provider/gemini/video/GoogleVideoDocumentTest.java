package dev.millrace.provider.gemini.video;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.provider.Simulated;
import dev.millrace.provider.Terms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// What the page for operators says, against what the adapters do.
@DisplayNameGeneration(ReplaceUnderscores.class)
class GoogleVideoDocumentTest {

    private static final String PAGE = read();

    private static String read() {
        try {
            return Files.readString(Path.of("..", "docs", "providers", "google-video.md"));
        } catch (IOException missing) {
            throw new UncheckedIOException(missing);
        }
    }

    @Test
    void names_every_status_that_counts_as_a_rejection() {
        var table = PAGE.substring(PAGE.indexOf("## What counts as rejected"), PAGE.indexOf("## When the answer"));
        for (var model : List.of("veo-3.1-generate-preview", "gemini-omni-1.1-flash")) {
            var terms = new GeminiVideos(Simulated.HTTP, Simulated.GUARDED).terms(model);
            assertThat(terms.knownRejections())
                    .allSatisfy(status -> assertThat(table).contains(Integer.toString(status)))
                    .allSatisfy(status -> assertThat(status).isLessThan(500));
            assertThat(terms.lookup()).isEqualTo(Terms.Lookup.NONE);
        }
        assertThat(PAGE).contains("no list in which to look the render up");
    }

    @Test
    void names_every_code_that_a_failed_render_may_have() {
        assertThat(PAGE)
                .contains(
                        "`content_refused`",
                        "`invalid_request`",
                        "`rate_limit_exceeded`",
                        "`server_error`",
                        "`unsupported_output`",
                        "`incomplete`",
                        "`budget_exceeded`",
                        "`cancelled`");
    }
}
