package dev.millrace.provider.gemini.video;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawServer;
import dev.millrace.provider.Failure;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.ProviderOutcome.Accepted;
import dev.millrace.provider.ProviderOutcome.Indeterminate;
import dev.millrace.provider.Simulated;
import dev.millrace.provider.Target;
import dev.millrace.provider.Terms;
import dev.millrace.provider.Traits;
import dev.millrace.provider.VideoAdapter.Fetch;
import dev.millrace.provider.VideoAdapter.Lookup;
import dev.millrace.provider.VideoAdapter.Poll;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What only Google's long-running operations have.
@DisplayNameGeneration(ReplaceUnderscores.class)
class VeoVideosTest {

    private static final byte[] REQUEST = "{\"prompt\":\"a cat\"}".getBytes(StandardCharsets.UTF_8);
    private static final String OPERATION = "models/veo-3.1/operations/abc123";

    private final VeoVideos adapter = new VeoVideos(Simulated.HTTP, Simulated.GUARDED);

    private static Target target(URI base) {
        return new Target("google", base, "veo-3.1", Simulated.KEY, Duration.ofSeconds(10), Traits.NONE);
    }

    private static String json(String body) {
        return RawServer.json(body.replace('\'', '"'));
    }

    private ProviderOutcome create(String answer) {
        try (var provider = RawServer.answering(answer)) {
            return adapter.create(target(provider.uri("")), REQUEST, Set.of(), _ -> true);
        }
    }

    private Poll poll(String answer) {
        try (var provider = RawServer.answering(answer)) {
            return adapter.poll(target(provider.uri("")), OPERATION);
        }
    }

    private static String done(String rest) {
        return json("{'name':'" + OPERATION + "','done':true," + rest + "}");
    }

    private static String refusal(int status, String word, String details) {
        var body = "{'error':{'code':" + status + ",'message':'No, with key "
                + Simulated.KEY.secret().reveal() + ".','status':'" + word + "','details':[" + details + "]}}";
        return RawServer.answer(status + " No", "application/json", body.replace('\'', '"'));
    }

    private static Failure failure(ProviderOutcome outcome) {
        assertThat(outcome.toString()).doesNotContain("canary");
        return switch (outcome) {
            case ProviderOutcome.Retryable(var failure, var _) -> failure;
            case ProviderOutcome.RateLimited limited -> limited.failure();
            case ProviderOutcome.Terminal(var failure) -> failure;
            case Indeterminate(var failure) -> failure;
            default -> throw new AssertionError(outcome);
        };
    }

    @Test
    void the_last_check_is_told_what_a_create_leaves_out() {
        try (var provider = RawServer.answering(json("{'name':'" + OPERATION + "'}"))) {
            var request = "{\"prompt\":\"a cat\",\"watermark\":true}".getBytes(StandardCharsets.UTF_8);
            var told = new ArrayList<String>();
            assertThat(adapter.create(target(provider.uri("")), request, Set.of("watermark"), told::addAll))
                    .isInstanceOf(Accepted.class);
            assertThat(told).containsExactly("watermark");
        }
    }

    @Test
    void a_create_carries_the_key_in_a_header_and_goes_to_the_models_method() {
        try (var provider = RawServer.answering(json("{'name':'" + OPERATION + "'}"))) {
            assertThat(adapter.create(target(provider.uri("")), REQUEST, Set.of(), _ -> true))
                    .isInstanceOfSatisfying(
                            Accepted.class,
                            accepted -> assertThat(accepted.operationId()).isEqualTo(OPERATION));
            assertThat(provider.requests().getFirst())
                    .startsWith("POST /v1beta/models/veo-3.1:predictLongRunning HTTP/1.1\r\n")
                    .contains("\r\nx-goog-api-key: " + Simulated.KEY.secret().reveal() + "\r\n")
                    .doesNotContain("?key=");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{'name':''}",
                "{'name':null}",
                "{'name':7}",
                "{'name':'models/../operations/x'}",
                "{'name':'models//operations/x'}",
                "{'name':'/models/m/operations/x'}",
                "{'name':'models/m/operations/x/'}",
                "{'name':'models/m\\u0000/operations/x'}",
                "{'name':'models/m/operations/\\u00fc'}",
                "{'error':{'message':'no'}}",
                "['models/m/operations/x']",
                "{'name':'models/m/operations/x'",
            })
    void a_2xx_whose_name_is_none_that_could_be_asked_for_is_indeterminate(String body) {
        assertThat(create(json(body))).isInstanceOf(Indeterminate.class);
    }

    @Test
    void a_name_of_512_characters_is_kept_and_a_longer_one_is_indeterminate() {
        assertThat(create(json("{'name':'operations/" + "x".repeat(501) + "'}")))
                .isInstanceOf(Accepted.class);
        assertThat(create(json("{'name':'operations/" + "x".repeat(502) + "'}")))
                .isInstanceOf(Indeterminate.class);
    }

    @Test
    void a_rate_limit_is_as_long_as_the_body_says() {
        var info = "{'@type':'type.googleapis.com/google.rpc.RetryInfo','retryDelay':'34.07s'}";
        assertThat(create(refusal(429, "RESOURCE_EXHAUSTED", info)))
                .isInstanceOfSatisfying(ProviderOutcome.RateLimited.class, limited -> {
                    assertThat(limited.retryAfter()).hasValue(Duration.ofMillis(34_070));
                    assertThat(limited.failure().scope()).isEqualTo(Failure.Scope.KEY);
                });
        assertThat(poll(refusal(429, "RESOURCE_EXHAUSTED", info)))
                .isEqualTo(new Poll.RateLimited(Optional.of(Duration.ofMillis(34_070))));
    }

    @Test
    void a_quota_that_is_spent_for_the_day_is_no_rate_limit() {
        var quota = "{'@type':'type.googleapis.com/google.rpc.QuotaFailure','violations':["
                + "{'quotaId':'GenerateRequestsPerDayPerProjectPerModel-FreeTier'}]}";
        assertThat(failure(create(refusal(429, "RESOURCE_EXHAUSTED", quota)))).satisfies(failure -> {
            assertThat(failure.kind()).isEqualTo("quota_exhausted");
            assertThat(failure.scope()).as("this quota is one for each model").isEqualTo(Failure.Scope.MODEL);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "400, INVALID_ARGUMENT,    API_KEY_INVALID,          KEY,     invalid_key",
        "403, PERMISSION_DENIED,   API_KEY_SERVICE_BLOCKED,  KEY,     invalid_key",
        "403, PERMISSION_DENIED,   CONSUMER_SUSPENDED,       KEY,     invalid_key",
        "403, PERMISSION_DENIED,   SERVICE_DISABLED,         KEY,     invalid_key",
        "403, PERMISSION_DENIED,   BILLING_DISABLED,         KEY,     quota_exhausted",
        "401, UNAUTHENTICATED,     OTHER,                    KEY,     invalid_key",
        "402, OTHER,               OTHER,                    KEY,     quota_exhausted",
        "403, PERMISSION_DENIED,   IAM_PERMISSION_DENIED,    MODEL,   model_unavailable",
        "404, NOT_FOUND,           OTHER,                    MODEL,   model_unavailable",
        "400, FAILED_PRECONDITION, OTHER,                    MODEL,   model_unavailable",
        "400, INVALID_ARGUMENT,    OTHER,                    REQUEST, invalid_request",
        "422, INVALID_ARGUMENT,    OTHER,                    REQUEST, invalid_request",
    })
    void a_known_rejection_concerns_whom_its_details_say(
            int status, String word, String reason, Failure.Scope scope, String kind) {
        var info = "{'@type':'type.googleapis.com/google.rpc.ErrorInfo','reason':'" + reason + "'}";
        assertThat(failure(create(refusal(status, word, info)))).satisfies(failure -> {
            assertThat(failure.scope()).isEqualTo(scope);
            assertThat(failure.kind()).isEqualTo(kind);
            assertThat(failure.message()).isEqualTo("No, with key ****.");
            assertThat(failure.httpStatus()).hasValue(status);
        });
    }

    @ParameterizedTest
    @CsvSource({"500, INTERNAL", "503, UNAVAILABLE", "504, DEADLINE_EXCEEDED", "409, ABORTED", "499, CANCELLED"})
    void no_word_of_googles_for_another_status_says_that_nothing_was_made(int status, String word) {
        assertThat(create(refusal(status, word, ""))).isInstanceOf(Indeterminate.class);
    }

    @Test
    void a_lost_create_can_not_be_looked_up() {
        assertThat(adapter.lookUp(target(URI.create("http://127.0.0.1:1")), REQUEST, Instant.EPOCH))
                .isInstanceOf(Lookup.Unsupported.class);
        assertThat(adapter.terms("veo-3.1"))
                .isEqualTo(new Terms(
                        Set.of(400, 401, 402, 403, 404, 422, 429),
                        Terms.Lookup.NONE,
                        Terms.FailedRenders.FILTERED_ARE_FREE));
    }

    @Test
    void each_part_of_an_operations_name_stays_one_part_of_the_path() {
        try (var provider = RawServer.start(connection -> {
            while (connection.readRequest()) {
                connection.write(json("{'name':'n'}"));
            }
        })) {
            for (var id : List.of("models/m?x#y/operations/1", "models/m n/operations/a%2Fb", "../../x", "a//b", "")) {
                adapter.poll(target(provider.uri("/p")), id);
            }
            assertThat(provider.requests())
                    .extracting(request -> request.lines().findFirst().orElse(""))
                    .containsExactly(
                            "GET /p/v1beta/models/m%3Fx%23y/operations/1 HTTP/1.1",
                            "GET /p/v1beta/models/m%20n/operations/a%252Fb HTTP/1.1");
        }
    }

    private Fetch fetch(String uri, VeoVideos by) {
        try (var provider = RawServer.answering(done(
                "'response':{'generateVideoResponse':{'generatedSamples':[" + "{'video':{'uri':'" + uri + "'}}]}}"))) {
            return by.fetch(target(provider.uri("")), OPERATION, (bytes, length, type) -> bytes.readAllBytes());
        }
    }

    @Test
    void a_file_on_another_host_is_fetched_without_the_key() {
        try (var elsewhere = RawServer.answering(RawServer.answer("200 OK", "video/mp4", "bytes"))) {
            assertThat(fetch(
                            elsewhere.uri("/signed/files/1.mp4?token=2").toString(),
                            new VeoVideos(Simulated.HTTP, Simulated.OPENED)))
                    .isEqualTo(new Fetch.Done());
            assertThat(elsewhere.requests().getFirst())
                    .startsWith("GET /signed/files/1.mp4?token=2 HTTP/1.1\r\n")
                    .doesNotContain("canary")
                    .doesNotContainIgnoringCase("x-goog");
        }
    }

    /// What was asked of a gateway whose answer to a poll names this address, and what it was asked with.
    private List<String> askedOfGateway(String uri, String... answers) {
        try (var gateway = RawServer.start(connection -> {
            for (int i = 0; connection.readRequest() && i <= answers.length; i++) {
                connection.write(
                        i == 0
                                ? done("'response':{'generateVideoResponse':{'generatedSamples':[{'video':{'uri':'"
                                        + uri + "'}}]}}")
                                : answers[i - 1]);
            }
        })) {
            var fetched = adapter.fetch(
                    target(gateway.uri("/google")), OPERATION, (bytes, length, type) -> bytes.readAllBytes());
            assertThat(fetched).isEqualTo(new Fetch.Done());
            assertThat(gateway.requests())
                    .allSatisfy(request -> assertThat(request)
                            .contains(
                                    "x-goog-api-key: " + Simulated.KEY.secret().reveal()));
            return gateway.requests().stream()
                    .skip(1)
                    .map(request -> request.lines().findFirst().orElse(""))
                    .toList();
        }
    }

    @Test
    void a_file_whose_address_a_gateway_passed_on_as_google_wrote_it_is_fetched_from_the_gateway() {
        assertThat(askedOfGateway(
                        "https://generativelanguage.googleapis.com/v1beta/files/abc123:download?alt=media",
                        RawServer.answer("200 OK", "video/mp4", "bytes")))
                .containsExactly("GET /google/v1beta/files/abc123:download?alt=media HTTP/1.1");
    }

    @Test
    void a_file_that_is_named_without_its_bytes_is_looked_at_and_then_downloaded() {
        assertThat(askedOfGateway(
                        "https://generativelanguage.googleapis.com/v1beta/files/abc123",
                        json("{'name':'files/abc123','state':'ACTIVE'}"),
                        RawServer.answer("200 OK", "video/mp4", "bytes")))
                .containsExactly(
                        "GET /google/v1beta/files/abc123 HTTP/1.1",
                        "GET /google/v1beta/files/abc123:download?alt=media HTTP/1.1");
    }

    @Test
    void a_file_at_a_forbidden_address_is_refused_by_the_guard() {
        try (var internal = RawServer.answering(RawServer.answer("200 OK", "video/mp4", "bytes"))) {
            assertThat(fetch(internal.uri("/").toString(), adapter)).isInstanceOf(Fetch.Failed.class);
            assertThat(internal.connections()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///etc/passwd", "gs://bucket/v.mp4", "nowhere", "http:///x", "http://exa mple/", ""})
    void an_address_that_can_not_be_fetched_is_worth_another_try(String uri) {
        assertThat(fetch(uri, adapter)).isInstanceOf(Fetch.Failed.class);
    }
}
