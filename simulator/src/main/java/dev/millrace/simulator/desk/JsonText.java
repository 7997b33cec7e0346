package dev.millrace.simulator.desk;

import org.jspecify.annotations.Nullable;

/// Writes JSON strings into text that is put together by hand: the answers that must cost next to nothing.
public final class JsonText {

    private JsonText() {}

    /// Appends the value in quotes, or `null`.
    public static StringBuilder quote(StringBuilder to, @Nullable String value) {
        if (value == null) {
            return to.append("null");
        }
        to.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> to.append("\\\"");
                case '\\' -> to.append("\\\\");
                case '\n' -> to.append("\\n");
                case '\r' -> to.append("\\r");
                case '\t' -> to.append("\\t");
                default -> {
                    // A lone surrogate has no UTF-8 form; written as an escape it survives the way.
                    if (c < 0x20 || (Character.isSurrogate(c) && !paired(value, i))) {
                        to.append(String.format("\\u%04x", (int) c));
                    } else {
                        to.append(c);
                    }
                }
            }
        }
        return to.append('"');
    }

    public static String quoted(@Nullable String value) {
        return quote(new StringBuilder(), value).toString();
    }

    private static boolean paired(String value, int at) {
        return Character.isHighSurrogate(value.charAt(at))
                ? at + 1 < value.length() && Character.isLowSurrogate(value.charAt(at + 1))
                : at > 0 && Character.isHighSurrogate(value.charAt(at - 1));
    }
}
