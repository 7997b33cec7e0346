package dev.millrace.provider;

import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;

/// What is kept of a provider's words: not all of a long text, and never the key, which some repeat.
public final class ErrorWords {

    private static final int LONGEST_MESSAGE = 1_000;
    private static final int LONGEST_CODE = 200;
    private static final int LONGEST_EXCERPT = 200;

    private ErrorWords() {}

    public static String message(String words, ProviderKey key) {
        return message(words, key.secret()::maskedIn);
    }

    /// @param mask hides what else is secret
    public static String message(String words, UnaryOperator<String> mask) {
        return kept(words, LONGEST_MESSAGE, mask);
    }

    public static String code(String word, ProviderKey key) {
        return code(word, key.secret()::maskedIn);
    }

    /// @param mask hides what else is secret
    public static String code(String word, UnaryOperator<String> mask) {
        return kept(word, LONGEST_CODE, mask);
    }

    /// The message of an answer that has none of its own.
    public static String ofStatus(int status, byte[] body, ProviderKey key) {
        var excerpt = new String(body, 0, Math.min(body.length, LONGEST_MESSAGE), StandardCharsets.UTF_8);
        return "Status " + status + ": " + kept(excerpt, LONGEST_EXCERPT, key.secret()::maskedIn);
    }

    /// Whether a message names a model, as a word and not as a part of one.
    public static boolean name(String message, String model) {
        int at = message.indexOf(model);
        while (at >= 0 && !model.isEmpty()) {
            if (!isOfName(message, at - 1) && !isOfName(message, at + model.length())) {
                return true;
            }
            at = message.indexOf(model, at + 1);
        }
        return false;
    }

    /// A dot is, unless it ends the sentence.
    private static boolean isOfName(String message, int at) {
        if (at < 0 || at >= message.length()) {
            return false;
        }
        char c = message.charAt(at);
        return Character.isLetterOrDigit(c)
                || c == '-'
                || c == '_'
                || c == '.' && at + 1 < message.length() && Character.isLetterOrDigit(message.charAt(at + 1));
    }

    private static String kept(String text, int most, UnaryOperator<String> mask) {
        var masked = mask.apply(text);
        return masked.length() > most ? masked.substring(0, most) : masked;
    }
}
