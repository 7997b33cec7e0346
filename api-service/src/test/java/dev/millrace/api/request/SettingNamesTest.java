package dev.millrace.api.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.SharedApi;
import dev.millrace.api.fixture.Submissions;
import dev.millrace.job.JobId;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// CVE-2026-59823: fields of a request that become configuration of the call.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class SettingNamesTest {

    private final ApiClient caller = SharedApi.get().newCaller();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "api_base",
                "apiBase",
                "API-Base",
                "base_url",
                "baseURL",
                "openai_base_url",
                "url",
                "endpoint",
                "azure_endpoint",
                "host",
                "proxy",
                "http_proxy_url",
                "callback_url",
                "remote_host",
                "api_key",
                "apiKey",
                "x-api-key",
                "openai_api_key",
                "key",
                "token",
                "access_token",
                "authorization",
                "Authorization",
                "aws_secret_access_key",
                "aws_region_name",
                "vertex_credentials",
                "client_secret",
                "password",
                "headers",
                "extra_headers",
                "default_headers",
                "provider",
                "custom_llm_provider",
                "deployment_id",
                "fallbacks",
                "models",
                "route",
                "extra_body",
                "litellm_params",
                "litellm_metadata",
                "organization",
                "api_version"
            })
    void names_that_mean_address_key_header_or_route_are_settings_that_nobody_may_send(String name) {
        assertThat(SettingNames.forbids(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model",
                "messages",
                "max_completion_tokens",
                "max_tokens",
                "temperature",
                "top_p",
                "n",
                "stop",
                "stream_options",
                "tools",
                "tool_choice",
                "parallel_tool_calls",
                "response_format",
                "reasoning_effort",
                "verbosity",
                "frequency_penalty",
                "presence_penalty",
                "logit_bias",
                "logprobs",
                "top_logprobs",
                "seed",
                "user",
                "prompt_cache_key",
                "prompt_cache_options",
                "prompt_cache_retention",
                "safety_identifier",
                "metadata",
                "store",
                "service_tier",
                "modalities",
                "audio",
                "voice",
                "format",
                "prediction",
                "web_search_options",
                "search_context_size",
                "user_location",
                "approximate",
                "country",
                "region",
                "city",
                "timezone",
                "moderation",
                "policy",
                "functions",
                "function_call",
                "prompt",
                "seconds",
                "size",
                "input_reference",
                "file_id",
                "image_url",
                "characters",
                "id",
                "name",
                "description",
                "strict",
                "type",
                "function",
                "custom",
                "grammar",
                "definition",
                "syntax",
                "mode",
                "ttl",
                "thinking",
                "budget_tokens",
                "chat_template_kwargs",
                "top_k",
                "repetition_penalty"
            })
    void the_fields_of_the_wire_formats_are_none_of_them(String name) {
        assertThat(SettingNames.forbids(name)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void a_setting_is_refused_at_every_depth_and_named_by_its_path(int depth) {
        var before = "{\"a\":".repeat(depth - 1);
        var after = "}".repeat(depth - 1);

        var reply = caller.post(
                "/v1/jobs",
                Submissions.chatWith(",\"extra\":" + before + "{\"api_base\":\"https://evil.example\"}" + after));

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.param()).isEqualTo("request.extra" + ".a".repeat(depth - 1) + ".api_base");
        assertThat(reply.code()).isEqualTo("parameter_not_allowed");
    }

    static Stream<String> data() {
        var poison =
                "{\"url\":\"https://example.com\",\"api_key\":\"sk-1\",\"headers\":{\"Host\":\"x\"},\"base_url\":[{\"token\":1}]}";
        return Stream.of(
                ",\"metadata\":" + poison,
                ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"fetch\",\"parameters\":{\"type\":\"object\",\"properties\":"
                        + poison + "}}}]",
                ",\"functions\":[{\"name\":\"fetch\",\"parameters\":" + poison + "}]",
                ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"page\",\"schema\":" + poison
                        + "}}",
                ",\"prediction\":{\"type\":\"content\",\"content\":[" + poison + "]}");
    }

    @ParameterizedTest
    @MethodSource("data")
    void tool_parameters_schemas_and_metadata_are_data_and_pass_unchanged(String more) {
        var body = Submissions.chatWith(more);

        var reply = caller.post("/v1/jobs", body);

        assertThat(reply.status()).isEqualTo(202);
        assertThat(stored(reply.id())).isEqualTo(body.substring(body.indexOf("{\"model\""), body.length() - 1));
    }

    @Test
    void message_content_is_data_at_any_depth() {
        var request =
                "{\"model\":\"test-chat\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":"
                        + "{\"url\":\"https://example.com/cat.png\"}},{\"a\":{\"b\":{\"c\":{\"api_key\":{\"headers\":1}}}}}]},"
                        + "{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"function\":"
                        + "{\"name\":\"f\",\"arguments\":\"{}\",\"headers\":{}}}]}]}";

        var reply = caller.post("/v1/jobs", "{\"kind\":\"chat\",\"request\":" + request + "}");

        assertThat(reply.status()).isEqualTo(202);
        assertThat(stored(reply.id())).isEqualTo(request);
    }

    @Test
    void a_setting_beside_the_data_of_a_tool_or_a_message_is_refused_all_the_same() {
        var tool = Submissions.chatWith(
                ",\"tools\":[{\"type\":\"mcp\",\"server_url\":\"https://evil.example\",\"authorization\":\"x\"}]");
        assertThat(caller.post("/v1/jobs", tool).param()).isEqualTo("request.tools.server_url");

        var message = "{\"kind\":\"chat\",\"request\":{\"model\":\"test-chat\",\"messages\":[{\"role\":\"user\","
                + "\"content\":\"Hi\",\"api_base\":\"https://evil.example\"}]}}";
        assertThat(caller.post("/v1/jobs", message).param()).isEqualTo("request.messages[0].api_base");
    }

    private static String stored(String id) {
        var bytes = SharedApi.get()
                .database()
                .client()
                .sql("select request from job where id = :id")
                .param("id", JobId.parse(id).orElseThrow().value())
                .query((row, number) -> row.getBytes(1))
                .single();
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
