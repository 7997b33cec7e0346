package dev.millrace.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.provider.Simulated;
import dev.millrace.provider.Terms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/// What the page for operators says, against what the adapters declare.
@DisplayNameGeneration(ReplaceUnderscores.class)
class OpenAiDocumentTest {

    private static final Terms RENDERS =
            new OpenAiVideos(Simulated.HTTP, Simulated.GUARDED, JsonMapper.shared()).terms("sora-2");
    private static final Terms PICTURES = new OpenAiImages(Simulated.HTTP, JsonMapper.shared()).terms("gpt-image-2");

    @Test
    void names_every_status_that_says_that_a_paid_create_made_nothing_and_how_one_is_looked_up() throws IOException {
        var page = Files.readString(Path.of("..", "docs", "providers", "openai.md"));
        var creates = page.substring(page.indexOf("## Paid creates"));

        for (var terms : List.of(RENDERS, PICTURES)) {
            assertThat(terms.knownRejections())
                    .isNotEmpty()
                    .allSatisfy(status -> assertThat(creates).contains(Integer.toString(status)))
                    .allSatisfy(status -> assertThat(status).isLessThan(500));
        }
        assertThat(RENDERS.lookup()).isEqualTo(Terms.Lookup.LIST);
        assertThat(PICTURES.lookup()).isEqualTo(Terms.Lookup.NONE);
        assertThat(creates).contains("in the provider's list; for pictures there is none");
    }
}
