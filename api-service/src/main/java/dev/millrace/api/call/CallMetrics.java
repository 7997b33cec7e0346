package dev.millrace.api.call;

import dev.millrace.routing.Deployment;
import dev.millrace.routing.Routes;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/// Counts attempts by deployment and outcome, and times first tokens and whole attempts.
@Component
class CallMetrics implements CallRecords {

    private record Key(String deployment, String outcome) {}

    private final MeterRegistry meters;
    private final Set<String> known;
    private final Map<Key, Counter> attempts = new ConcurrentHashMap<>();
    private final Map<String, Timer> firstTokens = new ConcurrentHashMap<>();
    private final Map<Key, Timer> durations = new ConcurrentHashMap<>();

    CallMetrics(MeterRegistry meters, Routes routes) {
        this.meters = meters;
        this.known = routes.all().stream()
                .flatMap(route -> route.tiers().stream())
                .flatMap(List::stream)
                .map(Deployment::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    /// What a catch-all serves may have any name, and a meter for each would have no end.
    private String deployment(CallRecord record) {
        var name = record.deployment();
        return known.contains(name) ? name : name.substring(0, name.indexOf('/') + 1) + "*";
    }

    @Override
    public void attempted(CallRecord record) {
        var key = new Key(deployment(record), record.outcome());
        attempts.computeIfAbsent(key, this::counter).increment();
        durations.computeIfAbsent(key, this::duration).record(Duration.between(record.started(), record.ended()));
        record.firstToken()
                .ifPresent(wait -> firstTokens
                        .computeIfAbsent(key.deployment(), this::firstToken)
                        .record(wait));
    }

    private Counter counter(Key key) {
        return Counter.builder("millrace.call.attempts")
                .description("Attempts of interactive calls, by deployment and outcome")
                .tag("deployment", key.deployment())
                .tag("outcome", key.outcome())
                .register(meters);
    }

    private Timer duration(Key key) {
        return Timer.builder("millrace.call.duration")
                .description("Attempts of interactive calls, from their start to their end")
                .tag("deployment", key.deployment())
                .tag("outcome", key.outcome())
                .register(meters);
    }

    private Timer firstToken(String deployment) {
        return Timer.builder("millrace.call.first.token")
                .description("From a streamed attempt's start to its first token")
                .tag("deployment", deployment)
                .serviceLevelObjectives(
                        Duration.ofMillis(100),
                        Duration.ofMillis(250),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(30))
                .register(meters);
    }
}
