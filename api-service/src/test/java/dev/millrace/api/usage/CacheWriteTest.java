package dev.millrace.api.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.Chats;
import dev.millrace.api.fixture.Events;
import dev.millrace.api.fixture.SimulatedApi;
import dev.millrace.simulator.SimulatorServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Tokens that a provider puts into its cache, in the answer and in the books.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class CacheWriteTest {

    private static final int READ = 70;
    private static final int WRITTEN = 900;

    private static final SimulatorServer simulator = simulator();

    /// Of a prompt a token is a cent, one from the cache a tenth of it, one put there a quarter more; answers are free.
    private static final SimulatedApi api = new SimulatedApi.Setup()
            .set("providers.claude.type", "anthropic")
            .set("providers.claude.base-url", simulator.providerUrl("claude"))
            .set("providers.claude.keys[0]", "sk-canary-claude")
            .deployment("writes", 0, "claude", "sim-chat~cached=" + READ + "~cache-write=" + WRITTEN)
            .set("prices.table[0].of", "writes")
            .set("prices.table[0].in", "10000")
            .set("prices.table[0].cached", "1000")
            .set("prices.table[0].cache-write", "12500")
            .start();

    private final ApiClient caller = api.newCaller();

    private static SimulatorServer simulator() {
        try {
            return SimulatorServer.start(0);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    @AfterAll
    static void stop() {
        api.close();
        simulator.close();
    }

    private void isTold(JsonNode usage) {
        assertThat(usage.at("/prompt_tokens_details/cached_tokens").asInt()).isEqualTo(READ);
        assertThat(usage.at("/prompt_tokens_details/cache_write_tokens").asInt())
                .isEqualTo(WRITTEN);
        int prompt = usage.path("prompt_tokens").asInt();
        assertThat(prompt).as("those read and those put there are parts of it").isGreaterThan(READ + WRITTEN);
        assertThat(usage.path("total_tokens").asInt())
                .isEqualTo(prompt + usage.path("completion_tokens").asInt());
    }

    private void isBooked(JsonNode usage) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .until(() -> booked().path("attempts").asInt() == 1);
        int prompt = usage.path("prompt_tokens").asInt();
        assertThat(booked().path("tokens_in").asInt()).isEqualTo(prompt);
        assertThat(booked().path("tokens_cached").asInt()).isEqualTo(READ);
        assertThat(booked().path("cost").asDouble())
                .isCloseTo((prompt - READ - WRITTEN) * 0.01 + READ * 0.001 + WRITTEN * 0.0125, within(1e-9));
    }

    private JsonNode booked() {
        return caller.get("/v1/usage?group_by=model").json().path("data").path(0);
    }

    @Test
    void of_an_answer_in_one_piece_are_told_and_paid_for() {
        var usage = caller.post(Chats.PATH, Chats.of("writes")).json().path("usage");

        isTold(usage);
        isBooked(usage);
    }

    @Test
    void of_a_stream_are_told_and_paid_for() {
        var stream = Events.of(caller.post(
                Chats.PATH, Chats.with("writes", ",\"stream\":true,\"stream_options\":{\"include_usage\":true}")));
        var usage = stream.usages().getLast();

        isTold(usage);
        isBooked(usage);
    }
}
