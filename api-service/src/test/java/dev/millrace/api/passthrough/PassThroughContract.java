package dev.millrace.api.passthrough;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.SimulatedApi;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What every endpoint promises whose calls go to a provider as they came. The test of an endpoint extends this; what
/// only its own calls have, it tests beside it.
@DisplayNameGeneration(ReplaceUnderscores.class)
public abstract class PassThroughContract {

    /// The route of each test's service that is for chat.
    protected static final String CHAT = "talks";

    protected final ApiClient caller;
    private final String path;
    private final String model;
    private final String needed;

    /// @param model a route that serves the endpoint
    /// @param needed the members that a call must have beside its model
    protected PassThroughContract(SimulatedApi api, String path, String model, String needed) {
        this.caller = api.newCaller();
        this.path = path;
        this.model = model;
        this.needed = needed;
    }

    /// @param more members, each after a comma
    protected final Reply call(String model, String more) {
        return caller.post(path, "{\"model\":\"%s\",%s%s}".formatted(model, needed, more));
    }

    @Test
    void an_answer_says_who_gave_it() {
        var answer = call(model, "");

        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.header("x-millrace-provider")).hasValue(model + "-1");
        assertThat(answer.header("x-millrace-attempts")).hasValue("1");
    }

    @ParameterizedTest
    @ValueSource(strings = {CHAT, "test-video", "nobody-has-this"})
    void a_model_that_is_for_something_else_is_a_404(String other) {
        var answer = call(other, "");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.code()).isEqualTo("model_not_found");
        assertThat(answer.param()).isEqualTo("model");
    }

    @Test
    void a_call_must_name_its_model() {
        var answer = caller.post(path, "{" + needed + "}");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.param()).isEqualTo("model");
    }

    @ParameterizedTest
    @ValueSource(strings = {"api_key", "base_url"})
    void what_is_configured_is_set_by_no_call(String setting) {
        var answer = call(model, ",\"" + setting + "\":\"x\"");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.param()).isEqualTo(setting);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "[]", "7", ""})
    void a_body_that_is_no_JSON_object_is_refused(String body) {
        var answer = caller.post(path, body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("invalid_json");
    }

    @Test
    void another_method_than_POST_is_refused() {
        var answer = caller.get(path);

        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.header("allow")).hasValue("POST");
    }
}
