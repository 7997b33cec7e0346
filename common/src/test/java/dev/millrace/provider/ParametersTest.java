package dev.millrace.provider;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ParametersTest {

    private static final Set<String> MISSING = Set.of("seed", "logprobs", "user");

    private static ObjectNode body(String json) {
        return (ObjectNode) Simulated.JSON.readTree(json);
    }

    private static Parameters settle(ObjectNode body, String... mayDrop) {
        return Parameters.settle(body, MISSING, Set.of(mayDrop));
    }

    @Test
    void what_a_target_has_stays() {
        var body = body("{\"model\":\"m\",\"temperature\":1}");
        assertThat(settle(body)).isEqualTo(new Parameters(java.util.List.of(), java.util.Optional.empty()));
        assertThat(body).isEqualTo(body("{\"model\":\"m\",\"temperature\":1}"));
    }

    @Test
    void what_it_does_not_have_is_refused_by_name() {
        var unfit = settle(body("{\"model\":\"m\",\"seed\":7,\"logprobs\":true}"))
                .unfit()
                .orElseThrow();
        assertThat(unfit.param()).isEqualTo("seed");
        assertThat(unfit.message()).contains("seed");
    }

    @Test
    void what_may_go_goes_and_is_told() {
        var body = body("{\"seed\":7,\"model\":\"m\",\"logprobs\":true}");
        var parameters = settle(body, "logprobs", "seed", "temperature");
        assertThat(parameters.unfit()).isEmpty();
        assertThat(parameters.dropped()).containsExactly("seed", "logprobs");
        assertThat(body).isEqualTo(body("{\"model\":\"m\"}"));
    }

    @Test
    void that_one_may_go_does_not_let_another_go() {
        assertThat(settle(body("{\"seed\":7,\"logprobs\":true}"), "seed")
                        .unfit()
                        .orElseThrow()
                        .param())
                .isEqualTo("logprobs");
    }

    @Test
    void a_null_asks_for_nothing_and_goes_without_a_word() {
        var body = body("{\"model\":\"m\",\"seed\":null}");
        assertThat(settle(body).dropped()).isEmpty();
        assertThat(body.has("seed")).isFalse();
    }

    @Test
    void the_same_name_further_in_is_data() {
        var body = body("{\"metadata\":{\"seed\":\"7\"},\"messages\":[{\"user\":\"x\"}]}");
        assertThat(settle(body).unfit()).isEmpty();
        assertThat(body.path("metadata").has("seed")).isTrue();
    }
}
