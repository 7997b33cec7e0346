package dev.millrace.api.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.call.CallRecord;
import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.Chats;
import dev.millrace.api.fixture.Events;
import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.SimulatedApi;
import dev.millrace.api.kept.KeptRecords;
import dev.millrace.fault.Fault;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What becomes of an interactive call whose first deployment has one of the catalogue's faults, in one piece and
/// streamed, with a healthy second deployment and without one; and what the providers saw of it: how many calls, and
/// when.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class FaultCatalogueTest {

    /// Between a call's end and the next at another deployment, in milliseconds; no wait of ours is that short.
    private static final double AT_ONCE = 300;

    /// With those that say nothing, in milliseconds.
    private static final int PATIENCE = 500;

    /// Of a rate limit that names no wait: 2 s, of which jitter takes half at most.
    private static final double LEAST_COOLING = 999;

    /// Failures in a row that open a deployment's breaker.
    private static final int IN_A_ROW = 5;

    private static final Set<Fault> OF_THE_REQUEST = EnumSet.of(Fault.CONTEXT_TOO_LONG, Fault.CONTENT_REFUSED);

    /// They show once the first token has gone out.
    private static final Set<Fault> AFTER_THE_FIRST_TOKEN = EnumSet.of(
            Fault.RESET_MID_ANSWER,
            Fault.STALL,
            Fault.CUT,
            Fault.MALFORMED_CHUNK,
            Fault.NO_FINISH,
            Fault.NO_END_MARKER);

    private static final Set<Fault> THAT_LAST = EnumSet.of(
            Fault.MANY_5XX,
            Fault.OVERLOADED_529,
            Fault.RESET,
            Fault.RESET_MID_ANSWER,
            Fault.SILENCE,
            Fault.SLOW_FIRST_TOKEN,
            Fault.STALL,
            Fault.CUT,
            Fault.MALFORMED,
            Fault.NO_FINISH,
            Fault.OK_WITH_AN_ERROR,
            Fault.OK_WITH_HTML,
            Fault.ERROR_FIRST,
            Fault.EMPTY);

    private static final SimulatedApi api = setup().start();

    private static SimulatedApi.Setup setup() {
        var setup = new SimulatedApi.Setup()
                .route("hammered-whole", Fault.MANY_5XX.upstream())
                .route("hammered-stream", Fault.MANY_5XX.upstream());
        for (var fault : Fault.values()) {
            for (boolean streamed : new boolean[] {false, true}) {
                var faulty = streamed ? fault.streamedUpstream() : fault.upstream();
                route(setup, new Route(fault, streamed, false), faulty);
                route(setup, new Route(fault, streamed, true), faulty, "sim-chat~tag=spare");
            }
        }
        return setup;
    }

    private static void route(SimulatedApi.Setup setup, Route route, String... upstreams) {
        setup.route(route.model(), upstreams);
        if (route.outcome().equals("timeout")) {
            for (var patience : List.of("whole", "first-token", "gap")) {
                setup.set("models." + route.model() + ".chat." + patience, PATIENCE + "ms");
            }
        }
    }

    /// A model whose first deployment has a fault.
    ///
    /// @param spared whether a healthy one follows
    record Route(Fault fault, boolean streamed, boolean spared) {
        String model() {
            return fault.model() + (streamed ? "-stream" : "-whole") + (spared ? "-spared" : "");
        }

        String outcome() {
            return streamed ? fault.streamedOutcome() : fault.outcome();
        }

        boolean fails() {
            return !outcome().equals(CallRecord.SUCCEEDED);
        }

        boolean failsLate() {
            return streamed && AFTER_THE_FIRST_TOKEN.contains(fault);
        }

        @Override
        public String toString() {
            return model();
        }
    }

    private static Stream<Route> routes(boolean spared) {
        return Stream.of(Fault.values())
                .flatMap(fault -> Stream.of(new Route(fault, false, spared), new Route(fault, true, spared)));
    }

    private final ApiClient caller = api.newCaller();
    private final KeptRecords records = api.api().bean(KeptRecords.class);

    @AfterAll
    static void stop() {
        api.close();
    }

    private Reply ask(Route route) {
        return ask(route.model(), route.streamed());
    }

    private Reply ask(String model, boolean streamed) {
        return caller.post(Chats.PATH, streamed ? Chats.streamed(model) : Chats.of(model));
    }

    private List<String> outcomes(Route route) {
        return records.of(route.model()).stream().map(CallRecord::outcome).toList();
    }

    private static double arrived(String provider, int call) {
        return api.received(provider).get(call - 1).required("time_us").asDouble() / 1e3;
    }

    private static double ended(String provider, int call) {
        return arrived(provider, call)
                + api.received(provider).get(call - 1).required("duration_ms").asDouble();
    }

    /// When nothing more was waited for from the first deployment. One that has sent its head takes its call for ended.
    private static double over(Route route) {
        var first = route.model() + "-1";
        return route.outcome().equals("timeout")
                ? Math.max(arrived(first, 1) + PATIENCE, ended(first, 1))
                : ended(first, 1);
    }

    /// How long after the one before it a call arrived, in milliseconds.
    private static double gap(String provider, int call) {
        return arrived(provider, call) - arrived(provider, call - 1);
    }

    static Stream<Route> unseen() {
        return routes(true)
                .filter(route -> route.fails() && !route.failsLate() && !OF_THE_REQUEST.contains(route.fault()));
    }

    @ParameterizedTest
    @MethodSource("unseen")
    void a_healthy_second_deployment_is_asked_at_once_and_each_saw_one_call(Route route) {
        var answer = ask(route);

        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.header("x-millrace-provider")).hasValue(route.model() + "-2");
        assertThat(answer.header("x-millrace-attempts")).hasValue("2");
        if (route.streamed()) {
            assertThat(Events.of(answer).done()).isTrue();
            assertThat(Events.of(answer).roles()).isEqualTo(1);
        } else {
            assertThat(answer.json().path("model").asString()).isEqualTo(route.model());
        }
        assertThat(outcomes(route)).containsExactly(route.outcome(), CallRecord.SUCCEEDED);
        assertThat(api.received(route.model() + "-1")).hasSize(1);
        assertThat(api.received(route.model() + "-2")).hasSize(1);
        assertThat(arrived(route.model() + "-2", 1) - over(route))
                .as("another deployment's call waits for nothing")
                .isLessThan(AT_ONCE);
    }

    static Stream<Route> late() {
        return routes(true).filter(Route::failsLate);
    }

    @ParameterizedTest
    @MethodSource("late")
    void after_the_first_token_nobody_starts_over_and_the_caller_is_told(Route route) {
        var events = Events.of(ask(route));

        assertThat(events.done()).isFalse();
        assertThat(events.content()).isNotEmpty();
        assertThat(events.error().path("type").asString()).isEqualTo("server_error");
        assertThat(events.error().path("message").asString()).isNotEmpty();
        assertThat(events.error().has("param")).isTrue();
        assertThat(outcomes(route)).containsExactly(route.outcome());
        assertThat(records.of(route.model()).getFirst().usage())
                .as("what was used is on record")
                .isPresent();
        assertThat(api.received(route.model() + "-1")).hasSize(1);
        assertThat(api.received(route.model() + "-2")).isEmpty();
    }

    /// The error that a call comes to where nobody else is left to ask; it is the first to go that way.
    private Reply refusal(Route route) {
        var answer = ask(route);

        assertThat(answer.status()).as(answer.text()).isGreaterThanOrEqualTo(400);
        assertThat(answer.header("x-millrace-attempts")).hasValue("1");
        assertThat(outcomes(route)).containsExactly(route.outcome());
        assertThat(api.received(route.model() + "-1")).hasSize(1);
        assertThat(answer.header("retry-after").isPresent())
                .as("a Retry-After, or else x-should-retry: %s", answer.headers())
                .isNotEqualTo(answer.header("x-should-retry").equals(Optional.of("false")));
        return answer;
    }

    private static Stream<Route> alone(Fault... faults) {
        return routes(false).filter(route -> List.of(faults).contains(route.fault()));
    }

    static Stream<Route> lasting() {
        return routes(false).filter(route -> THAT_LAST.contains(route.fault()) && route.fails() && !route.failsLate());
    }

    @ParameterizedTest
    @MethodSource("lasting")
    void where_nobody_else_is_left_one_call_is_all_and_the_error_says_whether_to_come_again(Route route) {
        var answer = refusal(route);

        assertThat(answer.status()).isGreaterThanOrEqualTo(500);
    }

    static Stream<Route> passing() {
        return alone(Fault.ONE_5XX, Fault.FLAPPING);
    }

    @ParameterizedTest
    @MethodSource("passing")
    void what_has_passed_when_its_caller_comes_again_is_answered_by_one_more_call(Route route) {
        assertThat(refusal(route).header("retry-after")).hasValue("1");

        var again = ask(route);

        assertThat(again.status()).isEqualTo(200);
        assertThat(again.header("x-millrace-attempts")).hasValue("1");
        assertThat(api.received(route.model() + "-1")).hasSize(2);
    }

    static Stream<Route> limited() {
        return alone(Fault.RATE_LIMITED);
    }

    static Stream<Route> waiting() {
        return alone(Fault.RATE_LIMITED_WITH_A_WAIT, Fault.OVERLOADED_WITH_A_WAIT);
    }

    @ParameterizedTest
    @MethodSource("waiting")
    void a_wait_that_was_asked_for_is_told_and_over_before_the_provider_is_asked_again(Route route) {
        var refusal = refusal(route);
        assertThat(refusal.status()).isEqualTo(route.fault() == Fault.RATE_LIMITED_WITH_A_WAIT ? 429 : 503);
        assertThat(refusal.header("retry-after")).hasValue("4");

        assertThat(ask(route).header("x-millrace-attempts"))
                .as("of a caller who heeds none")
                .hasValue("0");
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> ask(route).status() == 200);

        assertThat(api.received(route.model() + "-1")).hasSize(2);
        assertThat(gap(route.model() + "-1", 2)).as("a wait of 4 s").isBetween(3_900.0, 5_000.0);
    }

    @ParameterizedTest
    @MethodSource("limited")
    void a_rate_limit_that_names_no_wait_is_not_met_again_at_once_by_a_caller_who_heeds_none_either(Route route) {
        var refusal = refusal(route);
        assertThat(refusal.status()).isEqualTo(429);
        assertThat(refusal.header("retry-after")).hasValue("1");

        var again = ask(route);

        assertThat(again.status()).as(again.text()).isEqualTo(200);
        assertThat(api.received(route.model() + "-1")).hasSize(2);
        assertThat(gap(route.model() + "-1", 2)).isGreaterThan(LEAST_COOLING);
    }

    static Stream<Route> ofTheKey() {
        return alone(Fault.WRONG_KEY, Fault.QUOTA_GONE);
    }

    @ParameterizedTest
    @MethodSource("ofTheKey")
    void a_key_that_is_set_aside_is_not_tried_on_by_the_calls_that_follow(Route route) {
        refusal(route);

        for (int i = 0; i < 3; i++) {
            var later = ask(route);
            assertThat(later.status()).isEqualTo(503);
            assertThat(later.header("x-millrace-attempts")).hasValue("0");
            assertThat(later.header("retry-after")).isPresent();
        }
        assertThat(api.received(route.model() + "-1")).hasSize(1);
    }

    static Stream<Route> ofTheRequest() {
        return Stream.of(false, true)
                .flatMap(FaultCatalogueTest::routes)
                .filter(route -> OF_THE_REQUEST.contains(route.fault()));
    }

    @ParameterizedTest
    @MethodSource("ofTheRequest")
    void what_is_wrong_with_the_request_is_its_answer_whoever_else_could_be_asked(Route route) {
        var answer = refusal(route);

        assertThat(answer.status()).isEqualTo(400);
        if (route.spared()) {
            assertThat(api.received(route.model() + "-2")).isEmpty();
        }
    }

    static Stream<Route> odd() {
        return Stream.of(false, true).flatMap(FaultCatalogueTest::routes).filter(route -> !route.fails());
    }

    @ParameterizedTest
    @MethodSource("odd")
    void what_is_only_odd_or_only_a_streams_is_an_answer(Route route) {
        var answer = ask(route);

        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(outcomes(route)).containsExactly(CallRecord.SUCCEEDED);
        assertThat(records.of(route.model()).getFirst().usage().orElseThrow().estimated())
                .isEqualTo(route.fault() == Fault.NO_USAGE);
        assertThat(api.received(route.model() + "-1")).hasSize(1);
        if (route.spared()) {
            assertThat(api.received(route.model() + "-2")).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"whole", "stream"})
    void a_deployment_that_is_down_is_after_some_calls_only_probed_and_that_more_and_more_seldom(String way) {
        var model = "hammered-" + way;
        var provider = model + "-1";

        for (int i = 0; i < IN_A_ROW + 3; i++) {
            var answer = ask(model, way.equals("stream"));
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.header("retry-after")).isPresent();
        }

        assertThat(api.received(provider)).hasSizeGreaterThan(IN_A_ROW);
        for (int call = IN_A_ROW + 1; call <= api.received(provider).size(); call++) {
            assertThat(gap(provider, call))
                    .as("2 s after the first opening, 4 s after the second, of which jitter takes half at most")
                    .isGreaterThan(call == IN_A_ROW + 1 ? 999 : 1_999);
        }
    }
}
