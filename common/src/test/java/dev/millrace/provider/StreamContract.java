package dev.millrace.provider;

import static dev.millrace.provider.Outcomes.is;
import static dev.millrace.provider.Outcomes.rateLimited;
import static dev.millrace.provider.Outcomes.retryable;
import static dev.millrace.provider.Outcomes.terminal;
import static dev.millrace.provider.Outcomes.unanswered;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.provider.ChatAdapter.Opening;
import dev.millrace.provider.ChatStream.Part;
import dev.millrace.provider.Failure.Scope;
import dev.millrace.provider.ProviderOutcome.Retryable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

@DisplayNameGeneration(ReplaceUnderscores.class)
abstract class StreamContract extends ContractPart {

    private static final Duration SHORT = Duration.ofMillis(600);
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Patience PATIENT = new Patience(LONG, LONG, LONG);

    private final ChatAdapter adapter;

    StreamContract(Simulated simulated) {
        super(simulated);
        this.adapter = simulated.format().chat(Simulated.HTTP);
    }

    private static ChatCall call(boolean showUsage, Consumer<ObjectNode> more) {
        var body = Simulated.JSON.createObjectNode().put("model", "public").put("stream", true);
        body.putArray("messages").addObject().put("role", "user").put("content", "hello");
        more.accept(body);
        return new ChatCall(body.toString().getBytes(StandardCharsets.UTF_8), "public", Set.of(), showUsage);
    }

    private static ChatCall call() {
        return call(false, body -> {});
    }

    private static void tool(ObjectNode body) {
        body.putArray("tools")
                .addObject()
                .put("type", "function")
                .putObject("function")
                .put("name", "look")
                .putObject("parameters")
                .put("type", "object")
                .putObject("properties")
                .putObject("where")
                .put("type", "string");
    }

    private Opening open(String model, Patience patience) {
        return adapter.open(simulated.target(model), call(), patience);
    }

    private Heard hear(String model) {
        return Heard.of(Heard.streaming(open(model, PATIENT)));
    }

    private List<List<String>> leftOut(Target target) {
        var body = Simulated.JSON.createObjectNode().put("seed", 7);
        body.putArray("messages").addObject().put("role", "user").put("content", "hello");
        var told = new ArrayList<List<String>>();
        var request = body.toString().getBytes(StandardCharsets.UTF_8);
        var call = new ChatCall(request, "public", Set.of("seed"), false).telling(told::add);
        if (adapter.open(picky(target), call, PATIENT) instanceof Opening.Streaming(var stream)) {
            stream.close();
        }
        return told;
    }

    @Test
    void tells_what_it_leaves_without_whatever_comes_of_it_and_nothing_where_it_never_left() {
        assertThat(leftOut(simulated.target("sim-chat"))).containsExactly(List.of("seed"));
        assertThat(leftOut(simulated.target("sim-chat~status=500"))).containsExactly(List.of("seed"));
        assertThat(leftOut(simulated.nowhere("sim-chat"))).isEmpty();
    }

    /// Whether it fails before its first event or with it is the same to whoever asked.
    private ProviderOutcome failed(Opening opening) {
        return switch (opening) {
            case Opening.Failed(var outcome) -> outcome;
            case Opening.Streaming(var stream) -> Heard.of(stream).broken();
        };
    }

    @Test
    void that_succeeds_brings_conforming_chunks_and_ends_with_its_usage() {
        var stream = Heard.streaming(open("sim-chat~tokens=5", PATIENT));
        var heard = Heard.of(stream);
        ChunkRules.hold(heard, "public", false);
        assertThat(heard.text(0)).isNotBlank();
        assertThat(heard.finishReasons(0)).containsExactly("stop");
        assertThat(heard.end().usage().prompt()).isPositive();
        assertThat(heard.end().usage().completion()).isEqualTo(5);
        assertThat(heard.end().usage().estimated()).isFalse();
        assertThat(stream.httpStatus()).isEqualTo(200);
        assertThat(stream.usedSoFar()).isEqualTo(heard.end().usage());
        if (simulated.format().namesRequests()) {
            assertThat(stream.requestId())
                    .hasValue(simulated
                            .requests("chat")
                            .getFirst()
                            .path("request_id")
                            .asString());
        }
        assertThat(stream.dropped()).isEmpty();
        wasAskedOnce("chat");
    }

    @Test
    void says_the_same_as_the_answer_in_one_piece() {
        assertThat(hear("sim-chat").text(0)).isEqualTo("Echo: hello");
    }

    @Test
    void marks_its_first_token_and_nothing_before_it() {
        var heard = hear("sim-chat~tokens=3");
        var first = heard.firstToken().orElseThrow();
        assertThat(Simulated.JSON
                        .readTree(first.json())
                        .path("choices")
                        .path(0)
                        .path("delta")
                        .path("content")
                        .asString())
                .isNotEmpty();
        assertThat(heard.chunks().stream().filter(Part.Chunk::token)).hasSize(3);
        assertThat(heard.chunks().getLast().token())
                .as("the chunk that ends it")
                .isFalse();
    }

    @Test
    void shows_its_usage_only_to_a_caller_who_asked_for_it() {
        var shown = Heard.of(
                Heard.streaming(adapter.open(simulated.target("sim-chat~tokens=3"), call(true, body -> {}), PATIENT)));
        ChunkRules.hold(shown, "public", true);
        assertThat(shown.usageChunk().path("usage").path("completion_tokens").asLong())
                .isEqualTo(3);
        ChunkRules.hold(hear("sim-chat~tokens=3"), "public", false);
    }

    @Test
    void that_calls_a_tool_brings_its_id_and_name_once_and_its_arguments_in_pieces() {
        var heard = Heard.of(Heard.streaming(
                adapter.open(simulated.target("sim-chat~tool"), call(false, StreamContract::tool), PATIENT)));
        ChunkRules.hold(heard, "public", false);
        assertThat(heard.finishReasons(0)).containsExactly("tool_calls");
        assertThat(Simulated.JSON.readTree(heard.arguments(0, 0)).has("where")).isTrue();
        assertThat(heard.firstToken()).isPresent();
        assertThat(heard.json().toString()).contains("\"name\":\"look\"");
    }

    @Test
    void goes_to_the_targets_model() {
        hear("sim-chat~tag=upstream");
        assertThat(simulated.requests("chat"))
                .singleElement()
                .satisfies(entry -> assertThat(entry.path("model").asString()).isEqualTo("sim-chat~tag=upstream"));
    }

    @ParameterizedTest
    @CsvSource({
        "error=context_length_exceeded, context_too_long, 400",
        "error=moderation_blocked,      content_refused,  400",
        "status=400,                    invalid_request,  400",
    })
    void that_no_deployment_would_accept_is_terminal(String fault, String kind, int status) {
        answered(terminal(failed(open("sim-chat~" + fault, PATIENT)), kind), status);
        wasAskedOnce("chat");
    }

    @ParameterizedTest
    @CsvSource({
        "error=invalid_api_key,    KEY,      invalid_key,       401",
        "error=model_not_found,    MODEL,    model_unavailable, 404",
        "status=500,               PROVIDER, provider_error,    500",
    })
    void that_is_refused_says_whom_it_concerns(String fault, Scope scope, String kind, int status) {
        int answered = simulated.format().status(fault, status);
        answered(retryable(failed(open("sim-chat~" + fault, PATIENT)), scope, kind), answered);
        wasAskedOnce("chat");
    }

    @Test
    void that_comes_too_often_is_rate_limited_for_as_long_as_the_provider_says() {
        assertThat(rateLimited(failed(open("sim-chat~status=429~retry-after=7", PATIENT))))
                .isEqualTo(Duration.ofSeconds(7));
    }

    @ParameterizedTest
    @ValueSource(strings = {"body=error", "body=html", "body=json", "body=garbage", "body=nothing", "empty"})
    void that_is_answered_with_200_and_something_else_than_a_whole_stream_has_failed(String fault) {
        answered(retryable(failed(open("sim-chat~" + fault, PATIENT)), Scope.PROVIDER, "malformed_answer"), 200);
        wasAskedOnce("chat");
    }

    @Test
    void that_finds_nobody_was_not_sent() {
        unanswered(retryable(
                failed(adapter.open(simulated.nowhere("sim-chat"), call(), PATIENT)), Scope.PROVIDER, "unreachable"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"silence", "latency=30s", "first-token=30s", "stall=0"})
    void whose_first_token_does_not_come_in_time_has_failed(String fault) {
        retryable(
                failed(open("sim-chat~tokens=5~" + fault, new Patience(LONG, SHORT, LONG))), Scope.PROVIDER, "timeout");
        wasAskedOnce("chat");
    }

    @ParameterizedTest
    @ValueSource(strings = {"stall=3", "gap=30s"})
    void whose_next_token_does_not_come_in_time_has_failed(String fault) {
        var heard = Heard.of(Heard.streaming(open("sim-chat~tokens=5~" + fault, new Patience(LONG, LONG, SHORT))));
        retryable(heard.broken(), Scope.PROVIDER, "timeout");
        assertThat(heard.firstToken()).isPresent();
    }

    @Test
    void whose_tokens_come_in_time_is_not_cut_for_the_time_they_take_together() {
        var heard = Heard.of(Heard.streaming(open("sim-chat~tokens=8~gap=150ms", new Patience(LONG, SHORT, SHORT))));
        assertThat(heard.end().usage().completion()).isEqualTo(8);
    }

    @Test
    void that_is_not_whole_by_its_deadline_has_failed() {
        var stream = Heard.streaming(
                adapter.open(simulated.target("sim-chat~tokens=1000~gap=20ms", SHORT), call(), PATIENT));
        retryable(Heard.of(stream).broken(), Scope.PROVIDER, "timeout");
        assertThat(stream.usedSoFar().estimated()).isTrue();
        assertThat(stream.usedSoFar().completion()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"cut=3", "reset=mid-body", "bad-chunk=3"})
    void whose_connection_ends_in_the_middle_has_failed(String fault) {
        var heard = hear("sim-chat~tokens=8~" + fault);
        retryable(heard.broken(), Scope.PROVIDER, "connection_lost");
        ChunkRules.hold(heard, "public", false);
        wasAskedOnce("chat");
    }

    @ParameterizedTest
    @ValueSource(strings = {"malformed=3", "end-after=3", "no-finish~no-done"})
    void that_is_malformed_or_ends_without_its_end_marker_has_failed(String fault) {
        retryable(hear("sim-chat~tokens=8~" + fault).broken(), Scope.PROVIDER, "malformed_answer");
        wasAskedOnce("chat");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void with_an_error_in_it_has_failed_as_the_error_says(int tokens) {
        var heard = hear("sim-chat~tokens=8~error-at=" + tokens);
        retryable(heard.broken(), Scope.PROVIDER, "provider_error");
        assertThat(heard.chunks().stream().filter(Part.Chunk::token)).hasSize(tokens);

        var limited = hear("sim-chat~tokens=8~error=rate_limit_exceeded~error-at=" + tokens);
        is(ProviderOutcome.RateLimited.class, limited.broken());
    }

    @Test
    void without_usage_is_whole_and_its_usage_a_guess_marked_so() {
        var end = hear("sim-chat~tokens=8~usage=none").end();
        assertThat(end.usage().estimated()).isTrue();
        assertThat(end.usage().prompt()).isPositive();
        assertThat(end.usage().completion()).isPositive();
    }

    @Test
    void that_ends_at_a_filter_before_it_says_anything_is_an_answer() {
        assertThat(hear("sim-chat~tokens=2~finish=" + simulated.format().filtered())
                        .finishReasons(0))
                .containsExactly("content_filter");
    }

    @Test
    void that_is_closed_by_another_thread_ends_at_the_provider_too() throws InterruptedException {
        var stream = Heard.streaming(open("sim-chat~tokens=1000~gap=200ms", PATIENT));
        var outcome = new AtomicReference<Heard>();
        var reader = Thread.ofVirtual().start(() -> outcome.set(Heard.of(stream)));
        Awaitility.await().atMost(LONG).until(() -> simulated.requests("chat").size() == 1);
        stream.close();
        reader.join(LONG);
        assertThat(java.util.Objects.requireNonNull(outcome.get()).broken())
                .isInstanceOfSatisfying(
                        Retryable.class,
                        retryable -> assertThat(retryable.failure().kind()).isEqualTo("closed"));
        Awaitility.await()
                .atMost(LONG)
                .untilAsserted(() -> assertThat(simulated
                                .requests("chat")
                                .getFirst()
                                .path("client_gone")
                                .asBoolean())
                        .isTrue());
    }

    @Test
    void has_nothing_after_its_end() {
        var stream = Heard.streaming(open("sim-chat", PATIENT));
        Heard.of(stream).end();
        assertThatThrownBy(stream::next).isInstanceOf(IllegalStateException.class);
    }
}
