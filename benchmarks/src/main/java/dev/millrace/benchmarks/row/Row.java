package dev.millrace.benchmarks.row;

import dev.millrace.benchmarks.report.Section;
import dev.millrace.benchmarks.stage.Bench;
import dev.millrace.benchmarks.stage.Progress;

/// One row of the table of numbers.
sealed interface Row
        permits AcceptRow,
                AcceptOpenRow,
                WholeWayRow,
                PickupRow,
                OverloadRow,
                InteractiveRow,
                StreamRow,
                HangRow,
                CapacityRow {

    String name();

    /// Measures it on a warm stage, which is as quiet afterwards as it was before.
    Section measure(Bench bench, WarmUp warmUp, Progress progress);
}
