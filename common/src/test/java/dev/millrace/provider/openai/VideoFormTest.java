package dev.millrace.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawServer;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Quirk;
import dev.millrace.provider.Simulated;
import dev.millrace.provider.Target;
import dev.millrace.provider.Traits;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/// A create for an endpoint that takes forms only.
@DisplayNameGeneration(ReplaceUnderscores.class)
class VideoFormTest {

    private final OpenAiVideos adapter = new OpenAiVideos(Simulated.HTTP, Simulated.GUARDED, JsonMapper.shared());

    private static Target target(URI base, String model) {
        var traits = new Traits(Set.of(Quirk.FORM_VIDEOS), Set.of(), Optional.empty(), 0);
        return new Target("raw", base, model, Simulated.KEY, Duration.ofSeconds(10), traits);
    }

    private ProviderOutcome create(URI base, String model, String request) {
        return adapter.create(
                target(base, model), request.replace('\'', '"').getBytes(StandardCharsets.UTF_8), Set.of(), _ -> true);
    }

    private String sent(String request) {
        try (var provider = RawServer.answering(RawServer.json("{\"id\":\"video_1\"}"))) {
            assertThat(create(provider.uri("/v1"), "sora", request)).isInstanceOf(ProviderOutcome.Accepted.class);
            return provider.requests().getFirst();
        }
    }

    private static String part(String name, String value) {
        return "name=\"" + name + "\"\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\n" + value + "\r\n";
    }

    @Test
    void each_field_is_a_part_for_the_targets_model_and_what_is_nested_has_its_path_as_its_name() {
        var sent = sent("{'model':'public','prompt':'a cät','seconds':'8','input_reference':{'file_id':'f'},"
                + "'characters':[{'id':'c'}],'seed':7,'nothing':null}");
        assertThat(sent)
                .contains("multipart/form-data; ")
                .contains(part("model", "sora"))
                .contains(part("seconds", "8"))
                .contains(part("seed", "7"))
                .contains("name=\"prompt\"", "name=\"input_reference[file_id]\"", "name=\"characters[][id]\"")
                .doesNotContain("nothing", "public");
    }

    @Test
    void a_picture_in_the_request_is_a_file() {
        assertThat(sent("{'prompt':'p','input_reference':{'image_url':'data:image/png;base64,QUJD'}}"))
                .contains("name=\"input_reference\"; filename=\"reference.png\"", "image/png", "\r\n\r\nABC\r\n");
    }

    @Test
    void the_simulator_which_takes_what_the_sdks_send_renders_it() {
        var simulated = new Simulated(new OpenAiFormat());
        var target = simulated.target("sim-video");
        var outcome =
                create(target.baseUrl(), "sim-video", "{'prompt':'a cat as a form','seconds':'8','size':'1280x720'}");
        assertThat(outcome).isInstanceOf(ProviderOutcome.Accepted.class);
        assertThat(simulated.renders()).singleElement().satisfies(render -> {
            assertThat(render.path("prompt").asString()).isEqualTo("a cat as a form");
            assertThat(render.path("seconds").asString()).isEqualTo("8");
        });
    }

    @Test
    void a_name_that_would_break_out_of_its_header_is_refused_and_nothing_is_sent() {
        try (var provider = RawServer.answering(RawServer.json("{\"id\":\"video_1\"}"))) {
            assertThat(create(provider.uri("/v1"), "sora", "{'prompt':'p','a\\r\\nx-b: c':1}"))
                    .isInstanceOf(ProviderOutcome.Unfit.class);
            assertThat(provider.requests()).isEmpty();
        }
    }
}
