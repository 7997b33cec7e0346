package dev.millrace.provider.gemini;

import static dev.millrace.provider.gemini.GeminiCalls.HI;
import static dev.millrace.provider.gemini.GeminiCalls.call;
import static dev.millrace.provider.gemini.GeminiCalls.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawServer;
import dev.millrace.provider.Failure;
import dev.millrace.provider.Failure.Scope;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.ProviderOutcome.RateLimited;
import dev.millrace.provider.ProviderOutcome.Retryable;
import dev.millrace.provider.ProviderOutcome.Terminal;
import dev.millrace.provider.Simulated;
import dev.millrace.provider.Target;
import dev.millrace.provider.Traits;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What Google means by an error: status, word, message and details together.
@DisplayNameGeneration(ReplaceUnderscores.class)
class GeminiErrorsTest {

    private static ProviderOutcome ask(int status, String body) {
        try (var provider = RawServer.answering(RawServer.answer(status + " X", "application/json", json(body)))) {
            var target = new Target(
                    "raw", provider.uri(""), "gemini-3-pro", Simulated.KEY, Duration.ofSeconds(10), Traits.NONE);
            return new GeminiChat(Simulated.HTTP, Simulated.JSON, Clock.systemUTC()).complete(target, call(HI));
        }
    }

    private static ProviderOutcome error(int status, String word, String message, String details) {
        return ask(
                status,
                "{'error':{'code':" + status + ",'message':'" + message + "','status':'" + word + "','details':["
                        + details + "]}}");
    }

    private static String detail(String type, String fields) {
        return "{'@type':'type.googleapis.com/google.rpc." + type + "'," + fields + "}";
    }

    private static Failure failure(ProviderOutcome outcome) {
        return switch (outcome) {
            case Retryable(var failure, var _) -> failure;
            case Terminal(var failure) -> failure;
            case RateLimited(var failure, var retryAfter) -> failure;
            default -> throw new AssertionError(outcome.toString());
        };
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400 | INVALID_ARGUMENT | API key not valid. | API_KEY_INVALID",
                "400 | INVALID_ARGUMENT | API key expired. Please renew the API key. | ",
                "403 | PERMISSION_DENIED | Method doesn`t allow unregistered callers | ",
                "403 | PERMISSION_DENIED | Your API key was reported as leaked. | ",
                "403 | PERMISSION_DENIED | Requests are blocked. | API_KEY_IP_ADDRESS_BLOCKED",
                "403 | PERMISSION_DENIED | It has not been used in project 7 before. | SERVICE_DISABLED",
                "401 | UNAUTHENTICATED | Request had invalid credentials. | "
            })
    void a_key_that_opens_nothing_is_told_from_a_request_that_is_wrong(
            int status, String word, String message, String reason) {
        var details = reason == null ? "" : detail("ErrorInfo", "'reason':'" + reason + "'");
        var failure = failure(error(status, word, message, details));
        assertThat(failure.scope()).isEqualTo(Scope.KEY);
        assertThat(failure.kind()).isEqualTo("invalid_key");
        assertThat(failure.code()).isEqualTo(reason == null ? word : reason);
    }

    @ParameterizedTest
    @CsvSource({"34.07s, 34070", "1.5s, 1500", "7s, 7000", "0s, 0", "999999999s, 86400000"})
    void a_quota_of_the_minute_is_waited_for_as_long_as_its_retry_info_says(String delay, long millis) {
        var outcome = error(
                429,
                "RESOURCE_EXHAUSTED",
                "You exceeded your current quota",
                detail("QuotaFailure", "'violations':[{'quotaId':'GenerateRequestsPerMinutePerProjectPerModel'}]") + ","
                        + detail("RetryInfo", "'retryDelay':'" + delay + "'"));
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        RateLimited.class,
                        limited -> assertThat(limited.retryAfter()).hasValue(Duration.ofMillis(millis)));
    }

    @Test
    void a_model_that_is_overloaded_is_left_alone_for_as_long_as_its_retry_info_says() {
        var outcome =
                error(503, "UNAVAILABLE", "The model is overloaded.", detail("RetryInfo", "'retryDelay':'34.07s'"));
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Retryable.class,
                        failed -> assertThat(failed.retryAfter()).hasValue(Duration.ofMillis(34_070)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "-1s", "1e9s"})
    void a_wait_that_can_not_be_read_is_none(String delay) {
        var outcome = error(429, "RESOURCE_EXHAUSTED", "m", detail("RetryInfo", "'retryDelay':'" + delay + "'"));
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        RateLimited.class,
                        limited -> assertThat(limited.retryAfter()).isEmpty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "429 | RESOURCE_EXHAUSTED | You exceeded your current quota | GenerateRequestsPerDayPerProject",
                "429 | RESOURCE_EXHAUSTED | Your prepayment credits are depleted. | ",
                "429 | RESOURCE_EXHAUSTED | Your project has exceeded its monthly spending cap. | ",
                "402 | FAILED_PRECONDITION | Payment required. | ",
                "400 | FAILED_PRECONDITION | The free tier is not available. Please enable billing. | "
            })
    void what_no_wait_of_a_minute_brings_back_is_a_quota_that_is_spent(
            int status, String word, String message, String quota) {
        var details = quota == null
                ? ""
                : detail("QuotaFailure", "'violations':[{'quotaId':'" + quota + "'}]") + ","
                        + detail("RetryInfo", "'retryDelay':'30s'");
        var outcome = error(status, word, message, details);
        assertThat(outcome).isInstanceOf(Retryable.class);
        assertThat(failure(outcome).scope()).isEqualTo(Scope.KEY);
        assertThat(failure(outcome).kind()).isEqualTo("quota_exhausted");
    }

    @Test
    void a_quota_of_the_day_that_is_for_one_model_concerns_the_key_there_alone() {
        var failure = failure(error(
                429,
                "RESOURCE_EXHAUSTED",
                "You exceeded your current quota",
                detail(
                        "QuotaFailure",
                        "'violations':[{'quotaId':'GenerateRequestsPerDayPerProjectPerModel-FreeTier'}]")));
        assertThat(failure.scope()).isEqualTo(Scope.MODEL);
        assertThat(failure.kind()).isEqualTo("quota_exhausted");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400 | FAILED_PRECONDITION | User location is not supported for the API use. | MODEL | model_unavailable",
                "403 | PERMISSION_DENIED | The caller does not have permission | MODEL | model_unavailable",
                "404 | NOT_FOUND | models/x is not found for API version v1beta | MODEL | model_unavailable",
                "409 | ABORTED | m | PROVIDER | not_done",
                "499 | CANCELLED | m | PROVIDER | not_done",
                "500 | INTERNAL | m | PROVIDER | provider_error",
                "503 | UNAVAILABLE | The service is overloaded. | PROVIDER | provider_error",
                "503 | UNAVAILABLE | gemini-3-pro is overloaded. | MODEL | provider_error",
                "504 | DEADLINE_EXCEEDED | m | PROVIDER | provider_error"
            })
    void what_another_may_serve_says_whom_it_concerns(
            int status, String word, String message, Scope scope, String kind) {
        var outcome = error(status, word, message, "");
        assertThat(outcome).isInstanceOf(Retryable.class);
        assertThat(failure(outcome).scope()).isEqualTo(scope);
        assertThat(failure(outcome).kind()).isEqualTo(kind);
        assertThat(failure(outcome).message()).isEqualTo(message);
        assertThat(failure(outcome).httpStatus()).hasValue(status);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576). |"
                        + " context_too_long | context_length_exceeded",
                "The prompt contains words that violate our policies. | content_refused |"
                        + " content_policy_violation",
                "Invalid JSON payload received. | invalid_request | INVALID_ARGUMENT"
            })
    void what_nobody_would_accept_is_terminal(String message, String kind, String code) {
        var outcome = error(400, "INVALID_ARGUMENT", message, "");
        assertThat(outcome).isInstanceOf(Terminal.class);
        assertThat(failure(outcome).kind()).isEqualTo(kind);
        assertThat(failure(outcome).code()).isEqualTo(code);
    }

    @Test
    void an_error_wrapped_in_an_array_is_read_as_one_that_is_not() {
        var failure = failure(ask(404, "[{'error':{'code':404,'message':'gone','status':'NOT_FOUND'}}]"));
        assertThat(failure.message()).isEqualTo("gone");
        assertThat(failure.code()).isEqualTo("NOT_FOUND");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html>", "[]", "null", "{'error':'text'}", "{'error':null}"})
    void an_error_without_the_usual_body_is_read_by_its_status(String body) {
        var failure = failure(ask(503, body));
        assertThat(failure.kind()).isEqualTo("provider_error");
        assertThat(failure.code()).isNull();
        assertThat(failure.message()).contains("503");
    }

    @Test
    void a_key_in_an_error_and_a_megabyte_of_it_are_not_kept() {
        var key = Simulated.KEY.secret().reveal();
        var failure = failure(error(
                400,
                key,
                "Wrong key " + key + " " + "x".repeat(1_000_000),
                detail("ErrorInfo", "'reason':'" + key + "y".repeat(10_000) + "'")));
        assertThat(failure.toString()).doesNotContain("canary").contains("Wrong key");
        assertThat(failure.toString()).hasSizeLessThan(2_000);
    }

    @ParameterizedTest
    @ValueSource(ints = {201, 204, 302})
    void another_status_than_200_is_no_answer(int status) {
        assertThat(failure(ask(status, "")).kind()).isEqualTo("malformed_answer");
    }
}
