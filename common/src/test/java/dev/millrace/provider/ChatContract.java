package dev.millrace.provider;

import static dev.millrace.provider.Outcomes.is;
import static dev.millrace.provider.Outcomes.rateLimited;
import static dev.millrace.provider.Outcomes.retryable;
import static dev.millrace.provider.Outcomes.terminal;
import static dev.millrace.provider.Outcomes.unanswered;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.provider.Failure.Scope;
import dev.millrace.provider.ProviderOutcome.Succeeded;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@DisplayNameGeneration(ReplaceUnderscores.class)
abstract class ChatContract extends ContractPart {

    private static final Duration SHORT = Duration.ofMillis(700);

    private final ChatAdapter adapter;

    ChatContract(Simulated simulated) {
        super(simulated);
        this.adapter = simulated.format().chat(Simulated.HTTP);
    }

    private static byte[] request(String model) {
        var body = Simulated.JSON.createObjectNode().put("model", model);
        body.putArray("messages").addObject().put("role", "user").put("content", "hello");
        return body.toString().getBytes(StandardCharsets.UTF_8);
    }

    private ProviderOutcome complete(String model) {
        return adapter.complete(simulated.target(model), ChatCall.whole(request("public"), "public"));
    }

    private ProviderOutcome completeInTime(String model) {
        return adapter.complete(simulated.target(model, SHORT), ChatCall.whole(request("public"), "public"));
    }

    private static JsonNode body(Succeeded succeeded) {
        return Simulated.JSON.readTree(succeeded.answer().body());
    }

    @Test
    void that_succeeds_brings_the_answer_in_the_openai_format_with_its_usage_and_request_id() {
        var succeeded = is(Succeeded.class, complete("sim-chat"));
        var choice = body(succeeded).path("choices").path(0);
        assertThat(body(succeeded).path("object").asString()).isEqualTo("chat.completion");
        assertThat(choice.path("message").path("content").asString()).isEqualTo("Echo: hello");
        assertThat(choice.path("message").path("role").asString()).isEqualTo("assistant");
        assertThat(choice.path("finish_reason").asString()).isEqualTo("stop");
        var answer = succeeded.answer();
        assertThat(answer.httpStatus()).isEqualTo(200);
        var usage = answer.usage().orElseThrow();
        assertThat(usage.prompt()).isPositive();
        assertThat(usage.completion()).isPositive();
        assertThat(body(succeeded).path("usage").path("total_tokens").asLong()).isEqualTo(usage.total());
        assertThat(answer.requestId()).isPresent();
        if (simulated.format().namesRequests()) {
            var entry = simulated.requests("chat").getFirst();
            assertThat(answer.requestId()).hasValue(entry.path("request_id").asString());
        }
    }

    @Test
    void goes_to_the_targets_model_and_the_answer_echoes_the_name_that_the_caller_used() {
        var succeeded = is(Succeeded.class, complete("sim-chat~tag=upstream"));
        assertThat(simulated.requests("chat"))
                .singleElement()
                .satisfies(entry -> assertThat(entry.path("model").asString()).isEqualTo("sim-chat~tag=upstream"));
        assertThat(body(succeeded).path("model").asString()).isEqualTo("public");
    }

    @Test
    void carries_the_targets_key() {
        var target = simulated.target("sim-chat");
        adapter.complete(target, ChatCall.whole(request("public"), "public"));
        adapter.complete(
                new Target(
                        target.provider(),
                        target.baseUrl(),
                        target.model(),
                        Simulated.OTHER_KEY,
                        target.deadline(),
                        target.traits()),
                ChatCall.whole(request("public"), "public"));
        assertThat(simulated.requests("chat"))
                .extracting(entry -> entry.path("key").asString())
                .containsExactly(
                        dev.millrace.simulator.ledger.KeyPrint.of(
                                Simulated.KEY.secret().reveal()),
                        dev.millrace.simulator.ledger.KeyPrint.of(
                                Simulated.OTHER_KEY.secret().reveal()));
    }

    private List<List<String>> leftOut(Target target, Set<String> mayDrop) {
        var request = (tools.jackson.databind.node.ObjectNode) Simulated.JSON.readTree(request("public"));
        var body = request.put("seed", 7).toString().getBytes(StandardCharsets.UTF_8);
        var told = new ArrayList<List<String>>();
        assertThat(adapter.complete(picky(target), new ChatCall(body, "public", mayDrop, false).telling(told::add)))
                .isNotNull();
        return told;
    }

    @Test
    void tells_what_it_leaves_without_whatever_comes_of_it_and_nothing_where_it_never_left() {
        var seed = Set.of("seed");
        assertThat(leftOut(simulated.target("sim-chat"), seed)).containsExactly(List.of("seed"));
        assertThat(leftOut(simulated.target("sim-chat~status=500"), seed)).containsExactly(List.of("seed"));
        assertThat(leftOut(simulated.target("sim-chat~reset=after-body"), seed)).containsExactly(List.of("seed"));
        assertThat(leftOut(simulated.target("sim-chat~silence", SHORT), seed)).containsExactly(List.of("seed"));
        assertThat(leftOut(simulated.nowhere("sim-chat"), seed)).isEmpty();
        assertThat(leftOut(simulated.target("sim-chat"), Set.of()))
                .as("refused by name, and not sent")
                .isEmpty();
    }

    @Test
    void that_ends_at_a_filter_is_an_answer() {
        var succeeded = is(
                Succeeded.class,
                complete("sim-chat~finish=" + simulated.format().filtered()));
        assertThat(body(succeeded).path("choices").path(0).path("finish_reason").asString())
                .isEqualTo("content_filter");
    }

    @Test
    void that_calls_a_tool_is_an_answer_though_it_says_nothing() {
        var request = (tools.jackson.databind.node.ObjectNode) Simulated.JSON.readTree(request("public"));
        request.putArray("tools")
                .addObject()
                .put("type", "function")
                .putObject("function")
                .put("name", "look")
                .putObject("parameters")
                .put("type", "object");
        var succeeded = is(
                Succeeded.class,
                adapter.complete(
                        simulated.target("sim-chat~tool"),
                        ChatCall.whole(request.toString().getBytes(StandardCharsets.UTF_8), "public")));
        assertThat(body(succeeded)
                        .path("choices")
                        .path(0)
                        .path("message")
                        .path("tool_calls")
                        .path(0)
                        .path("function")
                        .path("name")
                        .asString())
                .isEqualTo("look");
    }

    @ParameterizedTest
    @CsvSource({
        "error=context_length_exceeded, context_too_long, 400",
        "error=content_refused,         content_refused,  400",
        "error=moderation_blocked,      content_refused,  400",
        "error=unsupported_parameter,   invalid_request,  400",
        "status=400,                    invalid_request,  400",
        "status=413,                    invalid_request,  413",
        "status=422,                    invalid_request,  422",
    })
    void that_no_deployment_would_accept_is_terminal(String fault, String kind, int status) {
        answered(terminal(complete("sim-chat~" + fault), kind), status);
        wasAskedOnce("chat");
    }

    @ParameterizedTest
    @CsvSource({
        "error=invalid_api_key,            KEY,      invalid_key,       401",
        "status=401,                       KEY,      invalid_key,       401",
        "status=400~code=invalid_api_key,  KEY,      invalid_key,       400",
        "status=402,                       KEY,      quota_exhausted,   402",
        "error=insufficient_quota,         KEY,      quota_exhausted,   429",
        "status=403,                       MODEL,    model_unavailable, 403",
        "error=region,                     MODEL,    model_unavailable, 403",
        "status=404,                       MODEL,    model_unavailable, 404",
        "error=model_not_found,            MODEL,    model_unavailable, 404",
        "status=408,                       PROVIDER, not_done,          408",
        "status=409,                       PROVIDER, not_done,          409",
        "status=500,                       PROVIDER, provider_error,    500",
        "status=502,                       PROVIDER, provider_error,    502",
        "error=overloaded,                 PROVIDER, provider_error,    503",
        "status=504,                       PROVIDER, provider_error,    504",
        "status=529,                       PROVIDER, provider_error,    529",
        "status=500~code=model_overloaded, MODEL,    provider_error,    500",
    })
    void that_another_key_model_or_provider_may_serve_is_retryable_and_says_whom_it_concerns(
            String fault, Scope scope, String kind, int status) {
        assumeTrue(simulated.format().hasErrorCodes() || !fault.contains("code="), "its errors have no codes");
        int answered = simulated.format().status(fault, status);
        answered(retryable(complete("sim-chat~" + fault), scope, kind), answered);
        wasAskedOnce("chat");
    }

    @ParameterizedTest
    @CsvSource({"retry-after=7, 7000", "retry-after-ms=300, 300", "retry-after-ms=300~retry-after=7, 300"})
    void that_comes_too_often_is_rate_limited_for_as_long_as_the_provider_says(String spelling, long millis) {
        assertThat(rateLimited(complete("sim-chat~status=429~" + spelling))).isEqualTo(Duration.ofMillis(millis));
        wasAskedOnce("chat");
    }

    @Test
    void that_comes_too_often_is_rate_limited_until_the_date_that_the_provider_says() {
        assertThat(rateLimited(complete("sim-chat~status=429~retry-after-date=30s")))
                .isBetween(Duration.ofSeconds(20), Duration.ofSeconds(30));
    }

    @Test
    void that_comes_too_often_is_rate_limited_without_a_wait_where_the_provider_says_none() {
        var limited = is(ProviderOutcome.RateLimited.class, complete("sim-chat~status=429"));
        assertThat(limited.retryAfter()).isEmpty();
        answered(limited.failure(), 429);
    }

    @ParameterizedTest
    @ValueSource(strings = {"body=error", "body=html", "body=json", "body=garbage", "body=nothing", "empty"})
    void that_is_answered_with_200_and_something_else_than_a_whole_answer_has_failed(String fault) {
        answered(retryable(complete("sim-chat~" + fault), Scope.PROVIDER, "malformed_answer"), 200);
        wasAskedOnce("chat");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "reset=after-body",
                "hang-up",
                "reset=after-headers",
                "reset=mid-body",
                "truncate=20",
                "length=+7"
            })
    void whose_answer_is_cut_off_has_failed_and_may_be_repeated(String fault) {
        unanswered(retryable(complete("sim-chat~" + fault), Scope.PROVIDER, "connection_lost"));
        wasAskedOnce("chat");
    }

    @ParameterizedTest
    @ValueSource(strings = {"silence", "latency=30s", "drip=50ms", "stall=20"})
    void that_is_not_answered_whole_by_its_deadline_has_failed_and_may_be_repeated(String fault) {
        unanswered(retryable(completeInTime("sim-chat~" + fault), Scope.PROVIDER, "timeout"));
        wasAskedOnce("chat");
    }

    @Test
    void that_finds_nobody_was_not_sent_and_may_be_repeated() {
        unanswered(retryable(
                adapter.complete(simulated.nowhere("sim-chat"), ChatCall.whole(request("public"), "public")),
                Scope.PROVIDER,
                "unreachable"));
    }
}
