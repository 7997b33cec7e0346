package dev.millrace.benchmarks.profile;

import dev.millrace.benchmarks.report.Section;
import dev.millrace.benchmarks.stage.BenchSettings;
import dev.millrace.benchmarks.stage.Progress;

/// A run with a verdict.
sealed interface Profile permits Sustained, Parked, Kill, History, Start, Neighbour, Streams {

    Section run(BenchSettings settings, Profiles.Sizes sizes, Progress progress);
}
