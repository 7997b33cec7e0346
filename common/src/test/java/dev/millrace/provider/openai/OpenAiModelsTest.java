package dev.millrace.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawServer;
import dev.millrace.provider.ModelList.Listed;
import dev.millrace.provider.Simulated;
import dev.millrace.provider.Target;
import dev.millrace.provider.Traits;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

@DisplayNameGeneration(ReplaceUnderscores.class)
class OpenAiModelsTest {

    private final OpenAiModels models = new OpenAiModels(Simulated.HTTP, JsonMapper.shared());
    private final Simulated simulated = new Simulated(new OpenAiFormat());

    private List<Listed> listed(String answer) {
        try (var provider = RawServer.answering(answer)) {
            var target = new Target("raw", provider.uri("/v1"), "", Simulated.KEY, Duration.ofSeconds(10), Traits.NONE);
            return models.models(target);
        }
    }

    @Test
    void models_are_listed_with_their_owner_and_age() {
        assertThat(models.models(simulated.target(""))).isNotEmpty().allSatisfy(model -> {
            assertThat(model.id()).isNotEmpty();
            assertThat(model.ownedBy()).isEqualTo("simulator");
            assertThat(model.created()).isPositive();
        });
    }

    @Test
    void one_without_a_name_is_none() {
        assertThat(listed(RawServer.json("{\"data\":[{\"id\":\"\"},{},7,{\"id\":\"a\",\"created\":-1}]}")))
                .containsExactly(new Listed("a", 0, ""));
    }

    @Test
    void a_provider_that_can_not_be_asked_lists_none() {
        assertThat(models.models(simulated.nowhere(""))).isEmpty();
        assertThat(listed(RawServer.answer("500 Error", "application/json", "{\"data\":[{\"id\":\"b\"}]}")))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "<html>", "", "{}", "{\"data\":7}"})
    void an_answer_of_another_shape_lists_none(String body) {
        assertThat(listed(RawServer.json(body))).isEmpty();
    }
}
