package dev.millrace.benchmarks.profile;

import dev.millrace.benchmarks.report.Section;
import dev.millrace.benchmarks.stage.BenchSettings;
import dev.millrace.benchmarks.stage.Progress;
import dev.millrace.quickstart.process.CannotContinue;
import java.util.List;
import java.util.function.Consumer;

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
    public static List<Section> run(
            String name, BenchSettings settings, Sizes sizes, Progress progress, Consumer<Section> done) {
        throw new CannotContinue("There is no profile \"" + name + "\".");
    }
}
