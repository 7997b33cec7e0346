package dev.millrace.provider.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawServer;
import dev.millrace.provider.ModelList.Listed;
import dev.millrace.provider.Simulated;
import dev.millrace.provider.Target;
import dev.millrace.provider.Traits;
import java.net.URI;
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
import tools.jackson.databind.json.JsonMapper;

@DisplayNameGeneration(ReplaceUnderscores.class)
class AnthropicModelsTest {

    private final AnthropicModels list = new AnthropicModels(Simulated.HTTP, JsonMapper.shared());

    private static Target target(URI base, String version) {
        return new Target(
                "raw",
                base,
                "",
                Simulated.KEY,
                Duration.ofSeconds(10),
                new Traits(Set.of(), Set.of(), Optional.of(version), 0));
    }

    private List<Listed> models(String answer) {
        try (var provider = RawServer.answering(answer)) {
            return list.models(target(provider.uri(""), "2023-06-01"));
        }
    }

    @Test
    void are_listed_with_when_they_were_made() {
        assertThat(models(RawServer.json("{\"data\":[{\"type\":\"model\",\"id\":\"claude-x\","
                        + "\"created_at\":\"2026-01-01T00:00:00Z\"},{\"type\":\"model\",\"id\":\"claude-y\"},"
                        + "{\"type\":\"model\"}],\"has_more\":false}")))
                .containsExactly(
                        new Listed("claude-x", 1_767_225_600, "anthropic"), new Listed("claude-y", 0, "anthropic"));
    }

    @ParameterizedTest
    @CsvSource({
        "2023-06-01, x-api-key: sk-canary-4b7f9c2e51d8",
        "2026-10-21, authorization: bearer sk-canary-4b7f9c2e51d8"
    })
    void are_asked_for_with_the_versions_form_of_the_key(String version, String key) {
        try (var provider = RawServer.answering(RawServer.json("{\"data\":[]}"))) {
            list.models(target(provider.uri(""), version));
            assertThat(provider.requests())
                    .singleElement()
                    .satisfies(request -> assertThat(request.toLowerCase(java.util.Locale.ROOT))
                            .startsWith("get /v1/models?limit=1000 ")
                            .contains("\r\n" + key + "\r\n")
                            .contains("\r\nanthropic-version: " + version + "\r\n"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "{\"data\":7}", "<html>"})
    void are_none_where_the_provider_answers_something_else(String body) {
        assertThat(models(RawServer.json(body))).isEmpty();
    }

    @Test
    void are_none_where_the_provider_refuses() {
        assertThat(models("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n")).isEmpty();
    }
}
