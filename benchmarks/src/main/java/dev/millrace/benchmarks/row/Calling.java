package dev.millrace.benchmarks.row;

import dev.millrace.benchmarks.stage.Bench;
import dev.millrace.benchmarks.stage.BenchSettings;
import dev.millrace.benchmarks.stage.Progress;
import dev.millrace.quickstart.platform.Part;
import dev.millrace.quickstart.platform.PlatformBuilder;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The stage of the interactive rows: `api-service` without a worker, and its models.
final class Calling {

    static final String INSTANT = "sim-chat";
    static final String SLOW = "chat-60ms";
    static final String PLAYED_SLOW = "sim-chat~latency=60ms";
    static final String STREAM = "stream-60ms";
    static final String HUNG = "hung-chat";
    static final String PLAYED_HUNG = "sim-chat~tag=hung";
    /// As many as a provider may have unless it is configured otherwise.
    static final int HUNG_CALLS = 1_000;
    static final String PLAYED_STREAM = "sim-chat~first-token=60ms~gap=5ms~tokens=50";

    /// With prices, so that what a call may cost is held and drawn, and what it has cost is in the books.
    private static final List<Map<String, Object>> PRICES = Stream.of(INSTANT, SLOW, STREAM, HUNG)
            .map(model -> Map.<String, Object>of("of", model, "in", "1.25", "out", "10"))
            .toList();

    private Calling() {}

    static Bench open(BenchSettings settings, Progress progress) {
        return Bench.open(settings, progress, Calling::models);
    }

    /// With room for so many calls at once.
    static Bench open(BenchSettings settings, Progress progress, int mostCalls) {
        return Bench.open(
                settings, progress, builder -> models(builder).setting("millrace.chat.most-calls", mostCalls));
    }

    private static PlatformBuilder models(PlatformBuilder builder) {
        return builder.without(Part.WORKERS)
                .setting("millrace.prices.table", PRICES)
                .chatModel(SLOW, PLAYED_SLOW)
                .chatModel(STREAM, PLAYED_STREAM)
                .provider(
                        "hung",
                        Map.of(
                                "type",
                                "openai",
                                // At the same simulator, and another provider to the platform.
                                "base-url",
                                "${millrace.providers.simulator.base-url}",
                                "keys",
                                List.of("sk-bench-hung"),
                                "calls",
                                HUNG_CALLS))
                .model(HUNG, Map.of("deployments", List.of(Map.of("provider", "hung", "model", PLAYED_HUNG))));
    }
}
