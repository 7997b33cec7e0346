package dev.millrace.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.provider.VideoAdapter.Lookup;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
abstract class LookupContract extends RenderContract {

    private static final Duration SKEW = Duration.ofSeconds(5);

    private final Instant intent = Instant.now();

    LookupContract(Simulated simulated) {
        super(simulated);
    }

    @BeforeEach
    void the_format_has_a_list() {
        assumeTrue(simulated.format().hasList(), "a format without a list of renders");
    }

    private Lookup lookUp(String model) {
        return adapter().lookUp(simulated.target(model), request("a cat"), intent.minus(SKEW));
    }

    private void create(String model, byte[] request) {
        Outcomes.is(
                ProviderOutcome.Accepted.class,
                adapter().create(simulated.target(model), request, Set.of(), _ -> true));
    }

    private static Lookup none() {
        return new Lookup.Matches(List.of());
    }

    @Test
    void finds_the_render_whose_answer_was_lost() {
        Outcomes.indeterminate(
                adapter()
                        .create(
                                simulated.target("sim-video~create.accept-then=reset"),
                                request("a cat"),
                                Set.of(),
                                _ -> true),
                "connection_lost");
        assertThat(lookUp("sim-video~create.accept-then=reset"))
                .isEqualTo(new Lookup.Matches(List.of(simulated.onlyRender())));
    }

    @Test
    void finds_none_where_none_was_made() {
        assertThat(lookUp("sim-video")).isEqualTo(none());
    }

    @Test
    void finds_a_render_that_has_ended_as_well() {
        var failed = created("sim-video~render=0ms~fail=moderation_blocked");
        assertThat(lookUp("sim-video~render=0ms~fail=moderation_blocked"))
                .isEqualTo(new Lookup.Matches(List.of(failed)));
    }

    @Test
    void tells_all_that_match_where_there_are_several() {
        var one = created("sim-video");
        var two = created("sim-video");
        assertThat(lookUp("sim-video"))
                .isInstanceOfSatisfying(
                        Lookup.Matches.class,
                        matches -> assertThat(matches.operationIds()).containsExactlyInAnyOrder(one, two));
    }

    @Test
    void takes_no_render_from_before_the_intent_less_the_skew() {
        created("sim-video");
        var later = Instant.now().plusSeconds(10);
        assertThat(adapter().lookUp(simulated.target("sim-video"), request("a cat"), later.minus(SKEW)))
                .isEqualTo(none());
        var made = simulated.renders().getFirst().path("created_ms").asLong();
        var endOfItsSecond = Instant.ofEpochSecond(made / 1_000).plusMillis(999);
        assertThat(adapter().lookUp(simulated.target("sim-video"), request("a cat"), endOfItsSecond))
                .as("made in the second of the intent, which is all that a list tells")
                .isInstanceOf(Lookup.Matches.class)
                .isNotEqualTo(none());
    }

    @ParameterizedTest
    @CsvSource({"a dog, 8, 1280x720", "a cat, 4, 1280x720", "a cat, 8, 720x1280", "A cat, 8, 1280x720"})
    void takes_no_render_of_another_prompt_length_or_size(String prompt, String seconds, String size) {
        create("sim-video", request(prompt, seconds, size));
        assertThat(lookUp("sim-video")).isEqualTo(none());
    }

    @Test
    void can_not_tell_whether_a_render_is_ours_that_differs_in_the_models_name_alone() {
        create("sim-video~tag=other", request("a cat"));
        assertThat(lookUp("sim-video")).isInstanceOf(Lookup.Unsupported.class);
    }

    @Test
    void takes_no_render_of_another_key() {
        var target = simulated.target("sim-video");
        adapter()
                .create(
                        new Target(
                                target.provider(),
                                target.baseUrl(),
                                target.model(),
                                Simulated.OTHER_KEY,
                                target.deadline(),
                                target.traits()),
                        request("a cat"),
                        Set.of(),
                        _ -> true);
        assertThat(lookUp("sim-video")).isEqualTo(none());
    }

    @Test
    void goes_through_all_pages_back_to_the_intent() {
        var lost = created("sim-video");
        for (int i = 0; i < 210; i++) {
            create("sim-video", request("dog " + i));
        }
        assertThat(lookUp("sim-video")).isEqualTo(new Lookup.Matches(List.of(lost)));
        assertThat(simulated.requests("video.list")).hasSize(3);
    }

    @Test
    void goes_no_further_back_than_the_intent() {
        for (int i = 0; i < 110; i++) {
            create("sim-video", request("dog " + i));
        }
        adapter()
                .lookUp(
                        simulated.target("sim-video"),
                        request("a cat"),
                        Instant.now().plusSeconds(10));
        assertThat(simulated.requests("video.list")).hasSize(1);
    }

    @Test
    void is_not_supported_where_the_provider_has_no_list() {
        created("sim-video");
        simulated.withoutList();
        assertThat(lookUp("sim-video")).isInstanceOf(Lookup.Unsupported.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"401", "403", "500", "502", "503", "529"})
    void that_is_answered_with_an_error_knows_nothing(String status) {
        created("sim-video");
        simulated.behave("video.list", Map.of("status", Integer.parseInt(status)));
        assertThat(lookUp("sim-video")).isInstanceOf(Lookup.Unknown.class);
    }

    @Test
    void that_comes_too_often_knows_nothing_and_tells_when_to_ask_again() {
        simulated.behave("video.list", Map.of("status", 429, "retry-after", "7"));
        assertThat(lookUp("sim-video"))
                .isInstanceOfSatisfying(
                        Lookup.Unknown.class,
                        unknown -> assertThat(unknown.retryAfter()).hasValue(Duration.ofSeconds(7)));
    }

    @ParameterizedTest
    @CsvSource({
        "body, html",
        "body, garbage",
        "body, nothing",
        "body, error",
        "reset, after-body",
        "reset, mid-body",
        "truncate, 50",
        "hang-up, true"
    })
    void whose_answer_is_no_list_or_is_lost_never_finds_none(String fault, String value) {
        created("sim-video");
        simulated.behave("video.list", Map.of(fault, value));
        assertThat(lookUp("sim-video")).isNotInstanceOf(Lookup.Matches.class);
    }

    @Test
    void that_is_not_answered_in_time_or_finds_nobody_knows_nothing() {
        simulated.behave("video.list", Map.of("silence", true));
        assertThat(adapter().lookUp(simulated.target("sim-video", Duration.ofMillis(700)), request("a cat"), intent))
                .isInstanceOf(Lookup.Unknown.class);
        assertThat(adapter().lookUp(simulated.nowhere("sim-video"), request("a cat"), intent))
                .isInstanceOf(Lookup.Unknown.class);
        Lookup unconnected = unconnected(target -> adapter().lookUp(target, request("a cat"), intent));
        assertThat(unconnected).isInstanceOf(Lookup.Unknown.class);
    }
}
