package dev.millrace.benchmarks.stage;

import dev.millrace.quickstart.platform.Home;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How a stage is set up, and how long its rows are measured.
///
/// @param home        the project, whose jars are run
/// @param data        where the stage keeps everything; emptied before each
/// @param quick       one short run each, for a look whether all of it works
/// @param runs        of each row
/// @param seconds     of a run; 0 for what the row is measured with by default
/// @param warmUp      requests before the first run
/// @param connections of the load generator
/// @param window      most jobs between accepted and told in the whole-way row
/// @param projects    that submit, each with an endpoint
/// @param workers     in the rows that have any
/// @param settings    of both services, beyond the defaults
/// @param apiHeap     such as `256m`; empty for the quickstart's
/// @param workerHeap  likewise
/// @param jvm         options for the services' JVMs
/// @param jfr         where to put recordings of the services while they are measured
public record BenchSettings(
        Home home,
        Path data,
        boolean quick,
        int runs,
        double seconds,
        int warmUp,
        int connections,
        int window,
        int projects,
        int workers,
        Map<String, String> settings,
        String apiHeap,
        String workerHeap,
        List<String> jvm,
        Optional<Path> jfr) {

    /// How long a run is that is `normally` so many seconds long.
    public double runSeconds(double normally) {
        if (seconds > 0) {
            return seconds;
        }
        return quick ? 2 : normally;
    }

    /// A count that is `normally` so large.
    public int scaled(int normally, int whenQuick) {
        return quick ? whenQuick : normally;
    }
}
