package dev.millrace.provider.gemini;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawServer;
import dev.millrace.provider.ModelList.Listed;
import dev.millrace.provider.Simulated;
import dev.millrace.provider.Target;
import dev.millrace.provider.Traits;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class GeminiModelsTest {

    private final GeminiModels models = new GeminiModels(Simulated.HTTP, Simulated.JSON);

    private List<Listed> list(RawServer provider) {
        return models.models(
                new Target("raw", provider.uri(""), "any", Simulated.KEY, Duration.ofSeconds(10), Traits.NONE));
    }

    private static String page(String body) {
        return RawServer.json(GeminiCalls.json(body));
    }

    @Test
    void a_list_is_read_to_its_last_page() {
        try (var provider = RawServer.start(connection -> {
            connection.readRequest();
            connection.write(page("{'models':[{'name':'models/a'},{'name':'tunedModels/b'}],'nextPageToken':'x/=&'}"));
            connection.readRequest();
            connection.write(page("{'models':[{'name':'models/c'}]}"));
            connection.readToEnd();
        })) {
            assertThat(list(provider))
                    .containsExactly(
                            new Listed("a", 0, "google"),
                            new Listed("tunedModels/b", 0, "google"),
                            new Listed("c", 0, "google"));
            assertThat(provider.requests().getFirst())
                    .startsWith("GET /v1beta/models?pageSize=1000 HTTP/1.1\r\n")
                    .containsIgnoringCase(
                            "x-goog-api-key: " + Simulated.KEY.secret().reveal());
            assertThat(provider.requests().getLast())
                    .startsWith("GET /v1beta/models?pageSize=1000&pageToken=x%2F%3D%26 HTTP/1.1\r\n");
        }
    }

    @Test
    void a_list_without_an_end_is_read_in_part() {
        try (var provider = RawServer.answering(page("{'models':[{'name':'models/a'}],'nextPageToken':'again'}"))) {
            assertThat(list(provider)).hasSize(20);
            assertThat(provider.requests()).hasSize(20);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>", "[]", "null", "{'error':{'code':500}}", "{}"})
    void a_list_that_can_not_be_read_is_empty(String body) {
        try (var provider = RawServer.answering(page(body))) {
            assertThat(list(provider)).isEmpty();
        }
    }

    @Test
    void a_list_of_which_a_page_is_refused_is_empty() {
        try (var provider = RawServer.start(connection -> {
            connection.readRequest();
            connection.write(page("{'models':[{'name':'models/a'}],'nextPageToken':'x'}"));
            connection.readRequest();
            connection.write(RawServer.answer("503 Unavailable", "application/json", "{}"));
            connection.readToEnd();
        })) {
            assertThat(list(provider)).isEmpty();
        }
    }
}
