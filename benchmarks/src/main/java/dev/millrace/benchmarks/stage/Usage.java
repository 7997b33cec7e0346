package dev.millrace.benchmarks.stage;

import dev.millrace.benchmarks.machine.ProcStat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// The processor time that each part has used since a mark.
public final class Usage {

    /// What other programs of this machine used meanwhile; here, so that nobody takes a shared machine for ours alone.
    public static final String OTHERS = "others on this machine";

    /// The bare pass-through that stands beside `api-service`.
    public static final String PASS_THROUGH = Children.PASS_THROUGH;

    private final Map<String, Supplier<List<Long>>> parts = new LinkedHashMap<>();

    /// @param pids its processes, asked for anew each time
    void part(String name, Supplier<List<Long>> pids) {
        parts.put(name, pids);
    }

    /// A moment from which to count.
    public final class Mark {

        private final Map<String, Double> before = now();
        private final ProcStat.Total total = ProcStat.total();
        private final long at = System.nanoTime();

        private Mark() {}

        /// What was used from then until now.
        public Span end() {
            double seconds = (System.nanoTime() - at) / 1e9;
            var machine = ProcStat.total().since(total);
            var used = new LinkedHashMap<String, Double>();
            now().forEach((name, cpu) -> used.put(name, Math.max(0, cpu - before.getOrDefault(name, 0.0))));
            double ours =
                    used.values().stream().mapToDouble(Double::doubleValue).sum();
            used.put(OTHERS, Math.max(0, machine.busy() - ours));
            return new Span(seconds, used, machine.stolen());
        }
    }

    /// @param cpuSeconds by part
    /// @param stolen     processor seconds that other guests of the host had
    public record Span(double seconds, Map<String, Double> cpuSeconds, double stolen) {}

    public Mark mark() {
        return new Mark();
    }

    private Map<String, Double> now() {
        var all = new LinkedHashMap<String, Double>();
        parts.forEach((name, pids) -> all.put(name, ProcStat.cpuSeconds(pids.get())));
        return all;
    }
}
