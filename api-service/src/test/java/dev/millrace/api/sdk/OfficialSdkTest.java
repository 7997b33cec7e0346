package dev.millrace.api.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.errors.UnauthorizedException;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.images.ImageGenerateParams;
import com.openai.models.models.Model;
import dev.millrace.api.fixture.SimulatedApi;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class OfficialSdkTest {

    private static final SimulatedApi api = SdkRoutes.start();

    private static final Sdk sdk = Sdk.of(api);

    @AfterAll
    static void stop() {
        sdk.close();
        api.close();
    }

    @Nested
    class Over_the_format_of_OpenAI extends SdkContract {
        Over_the_format_of_OpenAI() {
            super(api, sdk, Wire.OPENAI);
        }
    }

    @Nested
    class Over_the_format_of_Anthropic extends SdkContract {
        Over_the_format_of_Anthropic() {
            super(api, sdk, Wire.ANTHROPIC);
        }
    }

    @Nested
    class Over_the_format_of_Google extends SdkContract {
        Over_the_format_of_Google() {
            super(api, sdk, Wire.GEMINI);
        }
    }

    @Test
    void embeddings_pictures_and_models_are_answered() {
        assertThat(sdk.client()
                        .embeddings()
                        .create(EmbeddingCreateParams.builder()
                                .model("vectors")
                                .inputOfArrayOfStrings(List.of("one", "two"))
                                .build())
                        .data())
                .hasSize(2);
        assertThat(sdk.client()
                        .images()
                        .generate(ImageGenerateParams.builder()
                                .model("draws")
                                .prompt("a dot")
                                .build())
                        .data()
                        .orElseThrow())
                .hasSize(1);
        assertThat(sdk.client().models().list().data())
                .extracting(Model::id)
                .contains("plain", "gpt-5.2-preview", "anthropic-plain");
        assertThat(sdk.client().models().retrieve("plain").ownedBy()).isEqualTo("millrace");
    }

    @Test
    void a_model_with_a_slash_in_its_name_can_be_retrieved() {
        assertThat(sdk.client().models().retrieve("vendor/plain").id()).isEqualTo("vendor/plain");
    }

    @Test
    void a_wrong_key_is_the_sdks_unauthorized() {
        try (var stranger = Sdk.of(api, "mr_wrong")) {
            assertThatThrownBy(() -> stranger.plain(Sdk.ask("plain").build()))
                    .isInstanceOf(UnauthorizedException.class);
        }
    }

    @Test
    void a_temperature_that_a_model_does_not_take_any_more_is_let_go_where_the_route_says_so() {
        for (var model : List.of("gpt-5.2-preview", "gemini-3.0-pro")) {
            assertThat(sdk.streamed(Sdk.ask(model).temperature(0.7).build())
                            .choices()
                            .getFirst()
                            .message()
                            .content())
                    .isPresent();
        }
        assertThat(api.lastBody("gpt-5.2-preview-1").has("temperature")).isFalse();
        assertThat(api.lastBody("gemini-3.0-pro-1")
                        .at("/generationConfig/temperature")
                        .asDouble())
                .isEqualTo(0.7);
    }
}
