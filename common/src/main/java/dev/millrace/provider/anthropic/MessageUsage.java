package dev.millrace.provider.anthropic;

import dev.millrace.provider.ChatCall;
import dev.millrace.provider.Usage;
import dev.millrace.provider.UsageGuess;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The usage of a message. Its `input_tokens` leave out those that were read from the cache and those that were put
/// into it, which the OpenAI wire format counts in. In a stream it is told in steps, each of which replaces what it
/// names.
final class MessageUsage {

    private long fresh;
    private long cached;
    private long written;
    private long output;
    private long thinking;
    private boolean inputTold;
    private boolean outputTold;

    /// Takes what a message or an event tells.
    ///
    /// @param last whether the output is counted to its end
    void told(JsonNode usage, boolean last) {
        fresh = usage.path("input_tokens").asLong(fresh);
        cached = usage.path("cache_read_input_tokens").asLong(cached);
        written = usage.path("cache_creation_input_tokens").asLong(written);
        output = usage.path("output_tokens").asLong(output);
        thinking = usage.path("output_tokens_details").path("thinking_tokens").asLong(thinking);
        inputTold |= usage.path("input_tokens").isNumber();
        outputTold |= last && usage.path("output_tokens").isNumber();
    }

    /// What is known, and a guess of the rest.
    ///
    /// @param answered characters of the answer so far
    Usage usage(JsonMapper json, ChatCall call, long answered) {
        return new Usage(
                inputTold ? fresh + cached + written : UsageGuess.prompt(json.readTree(call.request())),
                outputTold ? output : Math.max(output, UsageGuess.tokens(answered)),
                cached,
                written,
                thinking,
                !inputTold || !outputTold);
    }
}
