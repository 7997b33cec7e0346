package dev.millrace.provider;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// The rules of chunks that the official SDKs insist on.
public final class ChunkRules {

    private ChunkRules() {}

    /// Holds what was heard to them.
    public static void hold(Heard heard, String model, boolean showUsage) {
        var first = heard.json().getFirst();
        var begun = new HashSet<Integer>();
        var finished = new HashSet<Integer>();
        var calls = new HashSet<String>();
        for (var chunk : heard.json()) {
            named(chunk, first, model);
            assertThat(chunk.has("error")).as("an error in %s", chunk).isFalse();
            assertThat(chunk.has("usage")).as("a usage in %s", chunk).isEqualTo(showUsage);
            assertThat(chunk.path("usage").isObject())
                    .as("a usage in %s", chunk)
                    .isFalse();
            assertThat(chunk.path("choices").isEmpty())
                    .as("no choice in %s", chunk)
                    .isFalse();
            for (var choice : chunk.path("choices")) {
                choice(choice, begun, finished, calls);
            }
        }
        if (heard.last() instanceof ChatStream.Part.End) {
            assertThat(finished).isEqualTo(begun);
            var last = heard.usageChunk();
            named(last, first, model);
            assertThat(last.path("choices").isArray()).isTrue();
            assertThat(last.path("choices").isEmpty()).isTrue();
            assertThat(last.path("usage").path("total_tokens").asLong())
                    .isEqualTo(heard.end().usage().total());
        }
    }

    private static void named(JsonNode chunk, JsonNode first, String model) {
        assertThat(chunk.path("id").asString())
                .isNotBlank()
                .isEqualTo(first.path("id").asString());
        assertThat(chunk.path("created").asLong())
                .isPositive()
                .isEqualTo(first.path("created").asLong());
        assertThat(chunk.path("model").asString()).isEqualTo(model);
        assertThat(chunk.path("object").asString()).isEqualTo("chat.completion.chunk");
    }

    private static void choice(JsonNode choice, Set<Integer> begun, Set<Integer> finished, Set<String> calls) {
        int index = choice.path("index").asInt(-1);
        assertThat(index).as("the index in %s", choice).isNotNegative();
        assertThat(finished).as("what follows the end of choice %s", index).doesNotContain(index);
        assertThat(choice.path("delta").isObject()).as("a delta in %s", choice).isTrue();
        boolean first = begun.add(index);
        assertThat(index).as("the choices before %s have begun", index).isLessThan(begun.size());
        assertThat(choice.path("delta").path("role").asString("none"))
                .as("the role in %s", choice)
                .isEqualTo(first ? "assistant" : "none");
        for (var call : choice.path("delta").path("tool_calls")) {
            call(call, calls, index + "/");
        }
        assertThat(choice.has("finish_reason"))
                .as("a finish reason in %s", choice)
                .isTrue();
        if (choice.path("finish_reason").isString()) {
            finished.add(index);
            assertThat(choice.path("delta").path("content").asString("")).isEmpty();
            assertThat(choice.path("delta").path("tool_calls").isEmpty()).isTrue();
        }
    }

    private static void call(JsonNode call, Set<String> calls, String choice) {
        assertThat(call.path("index").isIntegralNumber())
                .as("an index in %s", call)
                .isTrue();
        assertThat(call.path("function").isObject())
                .as("a function in %s", call)
                .isTrue();
        assertThat(call.path("function").path("arguments").isString())
                .as("arguments in %s", call)
                .isTrue();
        boolean first = calls.add(choice + call.path("index").asInt());
        assertThat(call.has("id")).as("the id in %s", call).isEqualTo(first);
        assertThat(call.has("type")).as("the type in %s", call).isEqualTo(first);
        assertThat(call.path("function").has("name")).as("the name in %s", call).isEqualTo(first);
    }
}
