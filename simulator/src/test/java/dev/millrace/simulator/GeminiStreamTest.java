package dev.millrace.simulator;

import static dev.millrace.simulator.GeminiClient.TOOLS;
import static dev.millrace.simulator.GeminiClient.contents;
import static dev.millrace.simulator.GeminiClient.json;
import static dev.millrace.simulator.GeminiClient.part;
import static dev.millrace.simulator.GeminiClient.with;
import static dev.millrace.simulator.SimulatorFixture.freshProvider;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class GeminiStreamTest {

    private static final SimulatorFixture SIMULATOR = new SimulatorFixture();

    private final GeminiClient client = new GeminiClient(SIMULATOR, freshProvider());

    @AfterAll
    static void stop() {
        SIMULATOR.close();
    }

    @Test
    void a_stream_has_only_what_is_new_in_each_chunk_and_its_reason_in_the_last() throws Exception {
        List<JsonNode> chunks = client.chunks("sim-chat~tokens=3~thoughts=2", contents("hi"));

        assertThat(chunks).hasSize(4);
        assertThat(chunks)
                .extracting(chunk -> part(chunk, 0).path("text").asString(""))
                .containsExactly("Echo:", " hi", " token3", "");
        assertThat(chunks).extracting(GeminiClient::finish).containsExactly("", "", "", "STOP");
        assertThat(chunks)
                .extracting(
                        chunk -> chunk.at("/usageMetadata/candidatesTokenCount").asInt())
                .containsExactly(1, 2, 3, 3);
        assertThat(part(chunks.getLast(), 0).path("thoughtSignature").asString(""))
                .isNotEmpty();
    }

    @Test
    void a_call_comes_whole_in_one_chunk_of_a_stream() throws Exception {
        List<JsonNode> chunks = client.chunks("sim-chat~calls=2~text=Wait", with(contents("weather?"), "tools", TOOLS));

        assertThat(chunks)
                .extracting(chunk -> part(chunk, 0).has("functionCall"))
                .containsExactly(false, true, true, false);
    }

    @Test
    void a_stream_without_sse_is_one_array() throws Exception {
        HttpResponse<String> answer =
                client.post(GeminiClient.path("sim-chat", "streamGenerateContent"), contents("hi"));

        assertThat(json(answer.body()).isArray()).isTrue();
    }

    @Test
    void an_error_in_a_stream_is_an_event_like_any_other() throws Exception {
        List<JsonNode> chunks = client.chunks("sim-chat~tokens=4~error-at=2~error=overloaded", contents("hi"));

        assertThat(chunks).hasSize(3);
        assertThat(chunks.getLast().at("/error/status").asString("")).isEqualTo("UNAVAILABLE");
    }
}
