package dev.millrace.quickstart;

import dev.millrace.quickstart.process.CannotContinue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/// A `.env` file: `NAME=value` lines, with or without `export` and quotes; `#` begins a comment.
final class EnvFile {

    private static final Pattern LINE = Pattern.compile("(?:export\\s+)?([A-Za-z_][A-Za-z0-9_]*)\\s*=\\s*(.*)");

    private EnvFile() {}

    /// The variables in the file; none if there is no such file.
    static Map<String, String> read(Path file) {
        if (!Files.exists(file)) {
            return Map.of();
        }
        try {
            var all = new LinkedHashMap<String, String>();
            for (var line : Files.readAllLines(file)) {
                var match = LINE.matcher(line.strip());
                if (match.matches()) {
                    all.put(match.group(1), value(match.group(2).strip()));
                }
            }
            return all;
        } catch (IOException unreadable) {
            throw CannotContinue.because("The file " + file + " cannot be read", unreadable);
        }
    }

    private static String value(String text) {
        for (char quote : new char[] {'"', '\''}) {
            if (!text.isEmpty() && text.charAt(0) == quote) {
                int end = text.indexOf(quote, 1);
                if (end > 0) {
                    return text.substring(1, end);
                }
            }
        }
        int comment = text.indexOf(" #");
        return comment < 0 ? text : text.substring(0, comment).strip();
    }
}
