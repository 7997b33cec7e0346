package dev.millrace.provider.openai;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Whether an error says that there is no such model. OpenAI answers 404 with a code; of those who are compatible
/// some have the code with a 400, some say it in words alone.
final class MissingModel {

    static final String CODE = "model_not_found";

    /// A server that does not know the path knows nothing of the model.
    private static final String NO_SUCH_PATH = "unknown_url";

    private static final Pattern WORDS = Pattern.compile(
            "\\bmodel\\b:?(?: \\S{1,200})?(?: does)? not (?:exist|found)\\b"
                    + "|\\bmodel\\b(?: \\S{1,200})? (?:is|was) not found\\b"
                    + "|\\binvalid model(?:: | id\\b| name\\b)|\\bnot a valid model\\b|\\b(?:unknown|no such) model\\b");

    private MissingModel() {}

    /// @param isError whether the body was an error of the wire format, and not the page of something in between
    static boolean says(
            int status, boolean isError, @Nullable String code, Optional<String> param, @Nullable String words) {
        boolean ofModel = param.isEmpty() || param.get().equals("model");
        return switch (status) {
            case 400, 422 -> CODE.equals(code) || ofModel && inWords(words);
            case 403 -> CODE.equals(code);
            case 404 -> CODE.equals(code) || ofModel && !NO_SUCH_PATH.equals(code) && (isError || inWords(words));
            default -> false;
        };
    }

    private static boolean inWords(@Nullable String words) {
        return words != null && WORDS.matcher(words.toLowerCase(Locale.ROOT)).find();
    }
}
