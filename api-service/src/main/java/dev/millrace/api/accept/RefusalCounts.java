package dev.millrace.api.accept;

import dev.millrace.api.problem.Problem;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/// Counts refused submissions by reason: the error's code, of which there are as many as this service has sentences.
@Component
class RefusalCounts {

    private final MeterRegistry meters;
    private final Map<String, Counter> counters = new ConcurrentHashMap<>();

    RefusalCounts(MeterRegistry meters) {
        this.meters = meters;
    }

    void count(Problem problem) {
        var code = problem.code();
        counters.computeIfAbsent(code == null ? "other" : code, this::counter).increment();
    }

    private Counter counter(String reason) {
        return Counter.builder("millrace.jobs.refused")
                .description("Submissions that were refused, by reason")
                .tag("reason", reason)
                .register(meters);
    }
}
