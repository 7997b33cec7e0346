package dev.millrace.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.Reply;
import dev.millrace.provider.Failure;
import dev.millrace.provider.Failure.Scope;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Simulated;
import dev.millrace.provider.Target;
import dev.millrace.provider.Traits;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Whom an error concerns, in the words of servers that speak the format.
@DisplayNameGeneration(ReplaceUnderscores.class)
class ErrorScopesTest {

    private static ProviderOutcome outcome(int status, String body) {
        var target = new Target(
                "p", URI.create("https://p.example/v1"), "mill-5", Simulated.KEY, Duration.ofSeconds(1), Traits.NONE);
        var answer = new Reply.Answered(status, header -> null, body.getBytes(StandardCharsets.UTF_8));
        return Errors.outcome(Simulated.JSON, answer, target);
    }

    private static Failure failure(int status, String body) {
        return ((ProviderOutcome.Retryable) outcome(status, body)).failure();
    }

    private static String error(String members) {
        return "{\"error\":{" + members.replace('\'', '"') + "}}";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "404 | 'message':'The model `x` does not exist or you do not have access to it.','code':'model_not_found'",
                "404 | 'message':'The model `x` does not exist.','type':'NotFoundError','param':'model','code':404",
                "404 | 'message':'Gone.','code':null",
                "403 | 'message':'Project `p` does not have access to model `x`','code':'model_not_found'",
                "400 | 'message':'No.','code':'model_not_found'",
                "400 | 'message':'Model Not Exist','type':'invalid_request_error','code':'invalid_request_error'",
                "400 | 'message':'x/y is not a valid model ID','code':400",
                "400 | 'message':'Invalid model: x','type':'invalid_model','code':'1500'",
                "400 | 'message':'The requested model `x` was not found','param':'model'",
                "422 | 'message':'unknown model','code':'unknown'",
            })
    void a_model_that_is_not_there_is_told_by_code_or_in_words(int status, String members) {
        var failure = failure(status, error(members));
        assertThat(failure.scope()).isEqualTo(Scope.MODEL);
        assertThat(failure.kind()).isEqualTo("model_unavailable");
        assertThat(failure.code()).isEqualTo("model_not_found");
        assertThat(failure.noSuchModel()).isTrue();
    }

    @Test
    void a_message_outside_of_an_error_object_is_read_too() {
        assertThat(failure(404, "{\"error\":\"model 'x' not found, try pulling it first\"}")
                        .noSuchModel())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "404 | <html><h1>404 page not found</h1></html>",
                "404 | default backend - 404",
                "404 | {'error':{'message':'Invalid URL (POST /v1/chat)','code':'unknown_url'}}",
                "403 | {'error':{'message':'You are not allowed to do this.','code':null}}",
            })
    void what_something_in_between_says_does_not_mean_that_the_model_is_not_there(int status, String body) {
        var failure = failure(status, body.replace('\'', '"'));
        assertThat(failure.scope()).isEqualTo(Scope.MODEL);
        assertThat(failure.noSuchModel()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "'message':'This model does not take pictures.','param':'messages'",
                "'message':'No tool of that name was not found in the model context.','code':'invalid_value'",
                "'message':'File `x` not found','param':'file_id'",
                "'message':'Invalid model parameter: temperature','param':'temperature'",
            })
    void a_400_that_only_mentions_a_model_is_the_requests(String members) {
        assertThat(outcome(400, error(members))).isInstanceOf(ProviderOutcome.Terminal.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "503 | 'message':'No available channel for model other','code':'model_not_found' | MODEL",
                "500 | 'message':'mill-5 is overloaded.','code':null                             | MODEL",
                "500 | 'message':'The model `mill-5` failed','code':null                         | MODEL",
                "500 | 'message':'mill-5.1 is overloaded','code':null                            | PROVIDER",
                "500 | 'message':'sawmill-5 broke','code':null                                   | PROVIDER",
                "529 | 'message':'Overloaded','code':null                                        | PROVIDER",
            })
    void a_server_error_counts_against_the_provider_unless_it_names_the_model(int status, String members, Scope scope) {
        var failure = failure(status, error(members));
        assertThat(failure.scope()).isEqualTo(scope);
        assertThat(failure.kind()).isEqualTo("provider_error");
        assertThat(failure.noSuchModel()).as("it may be back soon").isFalse();
    }
}
