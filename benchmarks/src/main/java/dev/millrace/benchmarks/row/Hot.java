package dev.millrace.benchmarks.row;

import dev.millrace.benchmarks.report.SectionBuilder;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Ends a recording and notes where the services spent their time.
public final class Hot {

    private static final int LINES = 18;

    private Hot() {}

    /// @param recording as begun by the stage; null if none was
    public static void note(SectionBuilder section, @Nullable Supplier<Map<String, List<String>>> recording) {
        if (recording == null) {
            return;
        }
        recording.get().forEach((service, methods) -> {
            section.note("hottest methods of %s:", service);
            methods.stream().limit(LINES).forEach(method -> section.note("    %s", method));
        });
    }
}
