package dev.millrace.provider.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawServer;
import dev.millrace.provider.ChatCall;
import dev.millrace.provider.Failure;
import dev.millrace.provider.Failure.Scope;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.ProviderOutcome.RateLimited;
import dev.millrace.provider.ProviderOutcome.Retryable;
import dev.millrace.provider.ProviderOutcome.Succeeded;
import dev.millrace.provider.ProviderOutcome.Terminal;
import dev.millrace.provider.Simulated;
import dev.millrace.provider.Target;
import dev.millrace.provider.Traits;
import dev.millrace.provider.Usage;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What only Messages has, answer by answer.
@DisplayNameGeneration(ReplaceUnderscores.class)
class AnthropicChatTest {

    private static final String REQUEST =
            "{\"model\":\"public\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

    private static final String USAGE = "'usage':{'input_tokens':12,'cache_creation_input_tokens':3,"
            + "'cache_read_input_tokens':5,'output_tokens':7,'output_tokens_details':{'thinking_tokens':2}}";

    private final AnthropicChat adapter = new AnthropicChat(Simulated.HTTP, JsonMapper.shared());

    private static Target target(URI base, String version) {
        return new Target(
                "raw",
                base,
                "claude-x",
                Simulated.KEY,
                Duration.ofSeconds(10),
                new Traits(Set.of(), Set.of(), Optional.of(version), 0));
    }

    private ProviderOutcome ask(String answer) {
        try (var provider = RawServer.answering(answer)) {
            return ask(provider, "2023-06-01");
        }
    }

    private ProviderOutcome ask(RawServer provider, String version) {
        return adapter.complete(
                target(provider.uri(""), version), ChatCall.whole(REQUEST.getBytes(StandardCharsets.UTF_8), "public"));
    }

    private ProviderOutcome message(String content, String stop) {
        return ask(RawServer.json(("{'id':'msg_1','type':'message','role':'assistant','model':'claude-x','content':["
                        + content + "],'stop_reason':" + stop + "," + USAGE + "}")
                .replace('\'', '"')));
    }

    private ProviderOutcome error(String status, String type, String message) {
        return ask(RawServer.answer(
                status,
                "application/json",
                ("{'type':'error','error':{'type':'" + type + "','message':'" + message + "'},'request_id':'req_1'}")
                        .replace('\'', '"')));
    }

    private static JsonNode body(ProviderOutcome outcome) {
        assertThat(outcome).isInstanceOf(Succeeded.class);
        return Simulated.JSON.readTree(((Succeeded) outcome).answer().body());
    }

    private static void failed(ProviderOutcome outcome, Scope scope, String kind) {
        assertThat(outcome).isInstanceOf(Retryable.class);
        Failure failure = ((Retryable) outcome).failure();
        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.scope()).isEqualTo(scope);
    }

    @ParameterizedTest
    @CsvSource({
        "2023-06-01, x-api-key: sk-canary-4b7f9c2e51d8,           authorization",
        "2026-10-21, authorization: bearer sk-canary-4b7f9c2e51d8, x-api-key"
    })
    void each_version_is_named_and_has_its_own_form_of_the_key(String version, String key, String other) {
        try (var provider = RawServer.answering("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")) {
            ask(provider, version);
            assertThat(provider.requests()).singleElement().satisfies(request -> {
                assertThat(request).startsWith("POST /v1/messages HTTP/1.1\r\n");
                assertThat(request.toLowerCase(java.util.Locale.ROOT))
                        .contains("\r\nanthropic-version: " + version + "\r\n")
                        .contains("\r\n" + key + "\r\n")
                        .doesNotContain("\r\n" + other + ":");
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2023-06-01", "2026-10-21"})
    void all_that_messages_has_passes_a_strict_provider_in_each_version(String version) {
        var simulated = new Simulated(new AnthropicFormat());
        var target = simulated.target("sim-chat");
        var request = ("{'model':'public','max_completion_tokens':500,'stop':['END'],'user':'u1','service_tier':'auto',"
                        + "'reasoning_effort':'minimal','parallel_tool_calls':false,'tool_choice':'auto',"
                        + "'response_format':{'type':'json_schema','json_schema':{'name':'x','schema':{'type':'object',"
                        + "'properties':{'n':{'type':'integer','minimum':1}}}}},"
                        + "'tools':[{'type':'function','function':{'name':'look','strict':true}}],"
                        + "'messages':[{'role':'system','content':'Be terse.'},{'role':'user','content':["
                        + "{'type':'text','text':'See'},"
                        + "{'type':'image_url','image_url':{'url':'data:image/jpg;base64,AAAA'}},"
                        + "{'type':'image_url','image_url':{'url':'https://example.com/a.png'}},"
                        + "{'type':'file','file':{'file_data':'data:application/pdf;base64,AAAA','filename':'a'}},"
                        + "{'type':'file','file':{'file_data':'data:text/plain;base64,aGk='}}]},"
                        + "{'role':'assistant','content':null,'tool_calls':[{'id':'c:1','type':'function',"
                        + "'function':{'name':'look','arguments':''}}]},"
                        + "{'role':'tool','tool_call_id':'c:1','content':''},{'role':'user','content':'So?'}]}")
                .replace('\'', '"');
        var outcome = adapter.complete(
                new Target(
                        target.provider(),
                        target.baseUrl(),
                        target.model(),
                        target.key(),
                        target.deadline(),
                        new Traits(Set.of(), Set.of(), Optional.of(version), 0)),
                ChatCall.whole(request.getBytes(StandardCharsets.UTF_8), "public"));
        assertThat(outcome).isInstanceOf(Succeeded.class);
        assertThat(((Succeeded) outcome).answer().dropped()).isEmpty();
    }

    @Test
    void texts_are_joined_and_usage_counts_cached_tokens_in() {
        var outcome = message("{'type':'text','text':'Hi'},{'type':'text','text':' there'}", "'end_turn'");
        var body = body(outcome);
        assertThat(body.path("id").asString()).isEqualTo("msg_1");
        assertThat(body.path("created").asLong()).isPositive();
        var choice = body.path("choices").path(0);
        assertThat(choice.path("message").path("content").asString()).isEqualTo("Hi there");
        assertThat(choice.path("message").path("refusal").isNull()).isTrue();
        assertThat(choice.path("logprobs").isNull()).isTrue();
        assertThat(body.path("usage").path("prompt_tokens").asInt()).isEqualTo(20);
        assertThat(body.path("usage").path("prompt_tokens_details"))
                .isEqualTo(Translation.json("{'cached_tokens':5,'cache_write_tokens':3}"));
        assertThat(((Succeeded) outcome).answer().usage()).hasValue(new Usage(20, 7, 5, 3, 2, false));
    }

    @Test
    void usage_that_is_not_told_is_a_guess() {
        var outcome = ask(RawServer.json("{\"type\":\"message\",\"stop_reason\":\"end_turn\","
                + "\"content\":[{\"type\":\"text\",\"text\":\"Hi\"}]}"));
        assertThat(((Succeeded) outcome).answer().usage())
                .hasValueSatisfying(usage -> assertThat(usage.estimated()).isTrue());
    }

    @Test
    void calls_have_their_input_as_json_text_and_no_content() {
        var said = body(message("{'type':'tool_use','id':'toolu_1','name':'look','input':{'a':1}}", "'tool_use'"))
                .path("choices")
                .path(0)
                .path("message");
        assertThat(said.path("content").isNull()).isTrue();
        assertThat(said.path("tool_calls"))
                .isEqualTo(Translation.json("[{'id':'toolu_1','type':'function','function':"
                        + "{'name':'look','arguments':'{\\\"a\\\":1}'}}]"));
    }

    @Test
    void a_refusal_with_nothing_said_says_why() {
        var choice = body(ask(RawServer.json("{\"type\":\"message\",\"content\":[],\"stop_reason\":\"refusal\","
                        + "\"stop_details\":{\"type\":\"refusal\",\"explanation\":\"Not this.\"}}")))
                .path("choices")
                .path(0);
        assertThat(choice.path("finish_reason").asString()).isEqualTo("content_filter");
        assertThat(choice.path("message").path("refusal").asString()).isEqualTo("Not this.");
        assertThat(choice.path("message").path("content").isNull()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"max_tokens, length", "refusal, content_filter"})
    void an_answer_that_says_nothing_is_one_where_it_says_why(String stop, String finish) {
        assertThat(body(message("", "'" + stop + "'"))
                        .path("choices")
                        .path(0)
                        .path("finish_reason")
                        .asString())
                .isEqualTo(finish);
    }

    @Test
    void an_answer_without_a_stop_reason_or_a_word_has_failed() {
        failed(message("{'type':'text','text':'Hi'}", "null"), Scope.PROVIDER, "malformed_answer");
        failed(message("", "'end_turn'"), Scope.PROVIDER, "malformed_answer");
        failed(message("{'type':'text','text':''}", "'end_turn'"), Scope.PROVIDER, "malformed_answer");
        failed(
                message("{'type':'thinking','thinking':'Hm','signature':'s'}", "'end_turn'"),
                Scope.PROVIDER,
                "malformed_answer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "7", "null", "{}", "{\"type\":\"message\"}"})
    void a_200_with_another_shape_has_failed(String body) {
        failed(ask(RawServer.json(body)), Scope.PROVIDER, "malformed_answer");
    }

    @ParameterizedTest
    @CsvSource({
        "400 No, You have reached your specified API usage limits. You will regain access on 2027-01-01.",
        "400 No, Your credit balance is too low to access the Anthropic API.",
        "429 No, You have reached your specified API usage limits."
    })
    void spent_money_sets_the_key_aside_though_it_looks_like_a_bad_request(String status, String message) {
        failed(error(status, "invalid_request_error", message), Scope.KEY, "quota_exhausted");
    }

    @Test
    void a_failure_is_the_provider_s_unless_its_words_name_the_model() {
        for (var status : List.of("500 No", "529 Overloaded")) {
            failed(error(status, "overloaded_error", "Overloaded"), Scope.PROVIDER, "provider_error");
            failed(error(status, "overloaded_error", "claude-x is overloaded"), Scope.MODEL, "provider_error");
        }
    }

    @Test
    void an_error_with_200_means_what_it_says_where_it_says_something() {
        failed(error("200 OK", "authentication_error", "invalid x-api-key"), Scope.KEY, "invalid_key");
        failed(error("200 OK", "api_error", "Internal"), Scope.PROVIDER, "malformed_answer");
        failed(error("200 OK", "made_up", "Something"), Scope.PROVIDER, "malformed_answer");
    }

    @Test
    void half_a_surrogate_pair_is_passed_on() {
        assertThat(body(message("{'type':'text','text':'a\\ud83d'}", "'end_turn'"))
                        .path("choices")
                        .path(0)
                        .path("message")
                        .path("content")
                        .asString())
                .isEqualTo("a\ud83d");
    }

    @Test
    void a_key_that_is_refused_with_400_is_a_wrong_key() {
        failed(error("400 No", "authentication_error", "invalid x-api-key"), Scope.KEY, "invalid_key");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "prompt is too long: 210000 tokens > 200000 maximum",
                "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000"
            })
    void a_prompt_that_is_too_long_is_told_by_its_words(String message) {
        assertThat(error("400 No", "invalid_request_error", message))
                .isInstanceOfSatisfying(Terminal.class, terminal -> {
                    assertThat(terminal.failure().kind()).isEqualTo("context_too_long");
                    assertThat(terminal.failure().code()).isEqualTo("context_length_exceeded");
                });
    }

    @Test
    void a_body_that_is_too_large_is_final_though_the_edge_sends_no_json() {
        assertThat(ask(RawServer.answer("413 Too Large", "text/html", "<h1>No</h1>")))
                .isInstanceOfSatisfying(
                        Terminal.class,
                        terminal -> assertThat(terminal.failure().kind()).isEqualTo("invalid_request"));
    }

    @Test
    void a_rate_limit_rests_for_as_long_as_the_provider_says() {
        var limited = ask("HTTP/1.1 429 No\r\nretry-after: 7\r\nrequest-id: req_1\r\nContent-Length: 0\r\n\r\n");
        assertThat(limited).isInstanceOfSatisfying(RateLimited.class, it -> {
            assertThat(it.retryAfter()).hasValue(Duration.ofSeconds(7));
            assertThat(it.failure().requestId()).hasValue("req_1");
        });
    }

    @Test
    void the_key_is_masked_where_the_provider_repeats_it() {
        var outcome = error(
                "400 No",
                "invalid_request_error",
                "bad key " + Simulated.KEY.secret().reveal());
        assertThat(outcome.toString()).doesNotContain("canary");
    }
}
