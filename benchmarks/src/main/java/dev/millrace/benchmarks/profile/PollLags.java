package dev.millrace.benchmarks.profile;

import dev.millrace.benchmarks.machine.Latencies;
import dev.millrace.benchmarks.stage.Simulator;
import dev.millrace.benchmarks.stage.Sql;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.HdrHistogram.Histogram;

/// How late polls are: the moment that the database says a render is due at, noted while it is still to come, against
/// the moment at which the provider sees the next poll of that render.
final class PollLags {

    private static final String DUE = """
            select operation_id, (extract(epoch from due_at) * 1000000)::bigint
            from render where phase = 'poll' and claimed_by is null and due_at > now()
            """;

    private final Set<Due> noted = new HashSet<>();

    /// @param micros since 1970
    record Due(String operation, long micros) {}

    /// Notes what is to come.
    void look(Sql sql) {
        noted.addAll(sql.list(DUE, row -> new Due(row.getString(1), row.getLong(2))));
    }

    int size() {
        return noted.size();
    }

    /// @param polls     as the provider saw them
    /// @param endMicros what was due before and not polled until then is as late as that
    Latencies against(List<Simulator.Entry> polls, long endMicros) {
        var times = new HashMap<String, List<Long>>();
        polls.forEach(poll ->
                times.computeIfAbsent(poll.renderId(), key -> new ArrayList<>()).add(poll.micros()));
        return lags(noted, times, endMicros);
    }

    static Latencies lags(Set<Due> noted, Map<String, List<Long>> polls, long endMicros) {
        var histogram = new Histogram(3_600_000_000L, 3);
        for (var due : noted) {
            if (due.micros() > endMicros) {
                continue;
            }
            var times = polls.getOrDefault(due.operation(), List.of()).stream()
                    .mapToLong(Long::longValue)
                    .toArray();
            int at = Arrays.binarySearch(times, due.micros());
            int next = at >= 0 ? at : -at - 1;
            long polled = next < times.length ? times[next] : endMicros;
            histogram.recordValue(Math.max(0, polled - due.micros()));
        }
        return Latencies.of(histogram);
    }
}
