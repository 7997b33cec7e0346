package dev.millrace.simulator.speech;

import dev.millrace.simulator.behaviour.Behaviour;
import dev.millrace.simulator.behaviour.Key;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;

/// Text in pieces of one token each.
///
/// @param pieces the text in the order it is spoken
/// @param cut    whether the limit on tokens ended it
public record Speech(List<String> pieces, boolean cut) {

    public static final Speech NOTHING = new Speech(List.of(), false);

    private static final int ECHOED = 200;
    private static final int FRAGMENT = 12;

    public Speech {
        pieces = List.copyOf(pieces);
    }

    /// The text in words, each with the blank before it.
    public static Speech of(String text) {
        List<String> pieces = new ArrayList<>();
        int from = 0;
        for (int i = 1; i < text.length(); i++) {
            if (text.charAt(i) == ' ' && text.charAt(i - 1) != ' ') {
                pieces.add(text.substring(from, i));
                from = i;
            }
        }
        if (from < text.length()) {
            pieces.add(text.substring(from));
        }
        return new Speech(pieces, false);
    }

    /// The text in fragments of equal length that heed no word and no JSON.
    public static Speech fragments(String text) {
        List<String> pieces = new ArrayList<>();
        int from = 0;
        while (from < text.length()) {
            int to = Math.min(text.length(), from + FRAGMENT);
            // Half of a surrogate pair has no UTF-8 form.
            if (to < text.length() && Character.isLowSurrogate(text.charAt(to))) {
                to++;
            }
            pieces.add(text.substring(from, to));
            from = to;
        }
        return new Speech(pieces, false);
    }

    /// The answer to a prompt: its echo, or what the behaviour says.
    ///
    /// @param formatted what a demanded format leaves no choice about; null if none is demanded
    /// @param maxTokens where the answer is cut
    public static Speech answer(String prompt, @Nullable String formatted, Behaviour behaviour, long maxTokens) {
        if (behaviour.is(Key.EMPTY)) {
            return NOTHING;
        }
        String text =
                formatted != null ? formatted : behaviour.text(Key.TEXT).orElseGet(() -> "Echo: " + shortened(prompt));
        List<String> pieces = of(text).pieces;
        if (behaviour.has(Key.TOKENS)) {
            pieces = stretched(pieces, behaviour.number(Key.TOKENS).orElseThrow());
        }
        boolean cut = pieces.size() > maxTokens;
        return new Speech(cut ? pieces.subList(0, (int) Math.max(0, maxTokens)) : pieces, cut);
    }

    /// A JSON object that says the prompt again: where JSON is wanted and no schema is given.
    public static String echoObject(String prompt) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("echo", shortened(prompt))
                .toString();
    }

    public String text() {
        return String.join("", pieces);
    }

    private static String shortened(String prompt) {
        return prompt.length() > ECHOED ? prompt.substring(0, ECHOED) : prompt;
    }

    private static List<String> stretched(List<String> pieces, long tokens) {
        if (tokens <= pieces.size()) {
            return pieces.subList(0, (int) tokens);
        }
        List<String> more = new ArrayList<>(pieces);
        for (long i = pieces.size() + 1L; i <= tokens; i++) {
            more.add(" token" + i);
        }
        return more;
    }
}
