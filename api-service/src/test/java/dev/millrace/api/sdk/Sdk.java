package dev.millrace.api.sdk;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.millrace.api.fixture.SimulatedApi;

/// The official Java SDK as a caller of the service, with its own validation of what it reads.
record Sdk(OpenAIClient client) implements AutoCloseable {

    /// A caller with a project of its own.
    static Sdk of(SimulatedApi api) {
        return of(api, api.api().newProject().apiKey());
    }

    static Sdk of(SimulatedApi api, String key) {
        return new Sdk(OpenAIOkHttpClient.builder()
                .baseUrl("http://127.0.0.1:" + api.api().port() + "/v1")
                .apiKey(key)
                .maxRetries(0)
                .responseValidation(true)
                .build());
    }

    static ChatCompletionCreateParams.Builder ask(String model) {
        return ChatCompletionCreateParams.builder()
                .model(model)
                .addSystemMessage("You are terse.")
                .addUserMessage("How are you?");
    }

    ChatCompletion plain(ChatCompletionCreateParams params) {
        return client.chat().completions().create(params);
    }

    ChatCompletion streamed(ChatCompletionCreateParams params) {
        var accumulator = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(params)) {
            stream.stream().forEach(accumulator::accumulate);
        }
        return accumulator.chatCompletion();
    }

    @Override
    public void close() {
        client.close();
    }
}
