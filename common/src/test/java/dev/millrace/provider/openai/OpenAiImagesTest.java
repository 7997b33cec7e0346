package dev.millrace.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawServer;
import dev.millrace.provider.Failure;
import dev.millrace.provider.Failure.Scope;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.ProviderOutcome.Indeterminate;
import dev.millrace.provider.ProviderOutcome.Succeeded;
import dev.millrace.provider.Simulated;
import dev.millrace.provider.Target;
import dev.millrace.provider.Terms;
import dev.millrace.provider.Traits;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

@DisplayNameGeneration(ReplaceUnderscores.class)
class OpenAiImagesTest {

    private static final String REQUEST = "{\"model\":\"public\",\"prompt\":\"a cat\",\"n\":2}";

    private final OpenAiImages adapter = new OpenAiImages(Simulated.HTTP, JsonMapper.shared());
    private final Simulated simulated = new Simulated(new OpenAiFormat());

    private ProviderOutcome generate(String model) {
        return adapter.generate(simulated.target(model), REQUEST.getBytes(StandardCharsets.UTF_8), Set.of());
    }

    private void wasAskedOnce() {
        assertThat(simulated.requests("images")).hasSize(1);
    }

    @Test
    void pictures_come_as_they_were_made() {
        var answer = ((Succeeded) generate("sim-image~tag=up")).answer();
        var body = Simulated.JSON.readTree(answer.body());
        assertThat(body.path("data").size()).isEqualTo(2);
        assertThat(body.path("data").path(0).path("b64_json").asString()).isNotEmpty();
        assertThat(answer.usage().orElseThrow().completion()).isPositive();
        var entry = simulated.requests("images").getFirst();
        assertThat(entry.path("model").asString()).isEqualTo("sim-image~tag=up");
        assertThat(answer.requestId()).hasValue(entry.path("request_id").asString());
        wasAskedOnce();
    }

    @Test
    void a_picture_without_usage_is_one_that_is_not_counted_in_tokens() {
        assertThat(((Succeeded) generate("sim-image~usage=none")).answer().usage())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "error=invalid_api_key,     KEY,     invalid_key",
        "status=402,                KEY,     quota_exhausted",
        "status=403,                MODEL,   model_unavailable",
        "status=404,                MODEL,   model_unavailable",
        "error=moderation_blocked,  REQUEST, content_refused",
        "status=400,                REQUEST, invalid_request",
        "status=422,                REQUEST, invalid_request",
        "status=429,                KEY,     rate_limited"
    })
    void a_known_rejection_made_nothing(String fault, Scope scope, String kind) {
        Failure failure = switch (generate("sim-image~" + fault)) {
            case ProviderOutcome.Retryable(var told, var _) -> told;
            case ProviderOutcome.Terminal(var told) -> told;
            case ProviderOutcome.RateLimited(var told, var wait) -> told;
            case ProviderOutcome other -> throw new AssertionError(other.toString());
        };
        assertThat(failure.scope()).isEqualTo(scope);
        assertThat(failure.kind()).isEqualTo(kind);
        wasAskedOnce();
    }

    @ParameterizedTest
    @CsvSource({
        "status=500,       provider_error",
        "status=503,       provider_error",
        "status=409,       provider_error",
        "body=html,        malformed_answer",
        "body=error,       malformed_answer",
        "body=garbage,     malformed_answer",
        "body=nothing,     malformed_answer",
        "empty,            malformed_answer",
        "hang-up,          connection_lost",
        "reset=after-body, connection_lost",
        "reset=mid-body,   connection_lost"
    })
    void any_other_answer_leaves_open_whether_it_was_made_and_paid(String fault, String kind) {
        assertThat(generate("sim-image~" + fault))
                .isInstanceOfSatisfying(
                        Indeterminate.class,
                        doubt -> assertThat(doubt.failure().kind()).isEqualTo(kind));
        wasAskedOnce();
    }

    @Test
    void an_answer_that_does_not_come_in_time_leaves_it_open_too() {
        var target = simulated.target("sim-image~silence", Duration.ofMillis(500));
        assertThat(adapter.generate(target, REQUEST.getBytes(StandardCharsets.UTF_8), Set.of()))
                .isInstanceOfSatisfying(
                        Indeterminate.class,
                        doubt -> assertThat(doubt.failure().kind()).isEqualTo("timeout"));
    }

    @Test
    void nobody_there_means_that_nothing_was_made() {
        assertThat(adapter.generate(simulated.nowhere("sim-image"), REQUEST.getBytes(StandardCharsets.UTF_8), Set.of()))
                .isInstanceOf(ProviderOutcome.Retryable.class);
    }

    @Test
    void a_stream_of_pictures_is_refused_by_name() {
        var request = REQUEST.replace("\"n\":2", "\"stream\":true").getBytes(StandardCharsets.UTF_8);
        assertThat(adapter.generate(simulated.target("sim-image"), request, Set.of()))
                .isInstanceOfSatisfying(
                        ProviderOutcome.Unfit.class,
                        unfit -> assertThat(unfit.param()).isEqualTo("stream"));
        assertThat(simulated.requests("images")).isEmpty();
    }

    @Test
    void what_the_model_does_not_take_is_refused_by_name_unless_somebody_lets_it_go() {
        var target = simulated.target("sim-image");
        var refusing = new Target(
                target.provider(),
                target.baseUrl(),
                target.model(),
                target.key(),
                target.deadline(),
                new Traits(Set.of(), Set.of("n", "user"), Optional.empty(), 0));
        var withUser = "{\"model\":\"public\",\"prompt\":\"a cat\",\"user\":\"u\"}".getBytes(StandardCharsets.UTF_8);

        assertThat(adapter.generate(refusing, withUser, Set.of("size")))
                .isInstanceOfSatisfying(
                        ProviderOutcome.Unfit.class,
                        unfit -> assertThat(unfit.param()).isEqualTo("user"));
        // By their number pictures are priced.
        assertThat(adapter.generate(refusing, REQUEST.getBytes(StandardCharsets.UTF_8), Set.of("n")))
                .isInstanceOfSatisfying(
                        ProviderOutcome.Unfit.class,
                        unfit -> assertThat(unfit.param()).isEqualTo("n"));
        assertThat(simulated.requests("images")).isEmpty();

        var made = (Succeeded) adapter.generate(refusing, withUser, Set.of("user"));
        assertThat(made.answer().dropped()).containsExactly("user");
        assertThat(simulated.lastBody("images").has("user")).isFalse();
    }

    @Test
    void its_terms_say_what_counts_as_a_rejection_and_that_nothing_can_be_looked_up() {
        var terms = adapter.terms("sim-image");

        assertThat(terms.lookup()).isEqualTo(Terms.Lookup.NONE);
        assertThat(terms.knownRejections())
                .isNotEmpty()
                .allSatisfy(status -> assertThat(generate("sim-image~status=" + status))
                        .as("%d", status)
                        .isNotInstanceOf(Indeterminate.class));
        assertThat(generate("sim-image~status=418")).isInstanceOf(Indeterminate.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"data\":[{\"url\":\"\"}]}", "{\"data\":[{}]}", "{\"data\":{}}", "[]"})
    void a_picture_is_an_address_or_bytes(String body) {
        try (var provider = RawServer.answering(RawServer.json(body))) {
            var target = new Target(
                    "raw", provider.uri("/v1"), "upstream", Simulated.KEY, Duration.ofSeconds(10), Traits.NONE);
            assertThat(adapter.generate(target, REQUEST.getBytes(StandardCharsets.UTF_8), Set.of()))
                    .isInstanceOf(Indeterminate.class);
        }
    }

    @Test
    void each_is_asked_for_on_a_connection_of_its_own() {
        try (var provider = RawServer.answering(RawServer.json("{\"data\":[{\"url\":\"https://x/y.png\"}]}"))) {
            var target = new Target(
                    "raw", provider.uri("/v1"), "upstream", Simulated.KEY, Duration.ofSeconds(10), Traits.NONE);
            for (int i = 0; i < 2; i++) {
                assertThat(adapter.generate(target, REQUEST.getBytes(StandardCharsets.UTF_8), Set.of()))
                        .isInstanceOf(Succeeded.class);
            }
            assertThat(provider.connections()).hasSize(2);
        }
    }
}
