package dev.millrace.benchmarks.profile;

import dev.millrace.benchmarks.report.Section;
import dev.millrace.benchmarks.stage.BenchSettings;
import dev.millrace.benchmarks.stage.Progress;
import dev.millrace.quickstart.process.CannotContinue;

/// The profiles by name.
public final class Profiles {

    private Profiles() {}

    /// How large they are.
    ///
    /// @param minutes of `sustained`
    /// @param rate    of `sustained`, in jobs a second
    /// @param history finished jobs in `history`
    public record Sizes(double minutes, double rate, int history) {}

    /// @throws CannotContinue if there is no profile of that name
    public static Section run(String name, BenchSettings settings, Sizes sizes, Progress progress) {
        Profile profile = switch (name) {
            case "sustained" -> new Sustained();
            case "parked" -> new Parked();
            case "kill" -> new Kill();
            case "history" -> new History();
            case "start" -> new Start();
            case "neighbour" -> new Neighbour();
            case "streams" -> new Streams();
            default ->
                throw new CannotContinue("There is no profile \"" + name
                        + "\"; there are sustained, parked, kill, history, start, neighbour and streams.");
        };
        return profile.run(settings, sizes, progress);
    }
}
