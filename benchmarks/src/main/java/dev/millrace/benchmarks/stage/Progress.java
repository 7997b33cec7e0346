package dev.millrace.benchmarks.stage;

import java.io.PrintStream;
import java.util.Locale;

/// Says what is being done, since it takes long.
public final class Progress {

    private final PrintStream out;
    private final long beganAt = System.nanoTime();

    public Progress(PrintStream out) {
        this.out = out;
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be the only use of its library
    public void say(String format, Object... values) {
        long seconds = (System.nanoTime() - beganAt) / 1_000_000_000L;
        out.println(String.format(Locale.ROOT, "[%2d:%02d] ", seconds / 60, seconds % 60)
                + String.format(Locale.ROOT, format, values));
        out.flush();
    }

    /// A line of a report.
    public void line(String text) {
        out.println(text);
        out.flush();
    }
}
