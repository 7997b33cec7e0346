package dev.millrace.quickstart;

import java.io.PrintStream;
import java.util.Locale;
import java.util.Optional;

/// What people read. Lines are whole and in order, whichever thread says them. On a terminal the last line may be a
/// passing one that the next replaces; elsewhere passing lines are not shown.
@SuppressWarnings("AnnotateFormatMethod") // the annotation would be the only use of its library
final class Console {

    private final PrintStream out;
    private final boolean terminal;
    private String passing = "";

    Console(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /// Standard output, which is a terminal unless it goes to a file or a pipe.
    static Console standard() {
        boolean terminal = Optional.ofNullable(System.console())
                .filter(java.io.Console::isTerminal)
                .isPresent();
        return new Console(System.out, terminal && !"dumb".equals(System.getenv("TERM")));
    }

    synchronized void line(String format, Object... values) {
        clearPassing();
        out.println(values.length == 0 ? format : String.format(Locale.ROOT, format, values));
        out.flush();
    }

    /// A line that stands until the next one.
    synchronized void passing(String format, Object... values) {
        if (!terminal) {
            return;
        }
        clearPassing();
        passing = String.format(Locale.ROOT, format, values);
        out.print(passing);
        out.flush();
    }

    private void clearPassing() {
        if (!passing.isEmpty()) {
            out.print("\r\u001b[K");
            passing = "";
        }
    }
}
