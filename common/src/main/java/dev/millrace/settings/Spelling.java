package dev.millrace.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// One way to write a setting as a variable of the environment.
///
/// @param setting such as `millrace.providers.NAME.keys[]`
/// @param words what stands between the underscores, after the first
record Spelling(String setting, List<String> words) {

    /// One word or more: the key of a map is an operator's own, and each of its dashes may be an underscore.
    private static final String ANY_NAME = "*";

    private static final String ANY_INDEX = "#";
    private static final Pattern BETWEEN_WORDS = Pattern.compile("[._\\[\\]]+");

    /// Those that Spring reads: with an underscore for each dash, and without the dashes.
    static Stream<Spelling> of(String setting) {
        var template =
                setting.replace("." + KnownVariables.NAME, "." + ANY_NAME).replace("[]", "." + ANY_INDEX);
        return Stream.of(template.replace('-', '_'), template)
                .map(spelt -> new Spelling(setting, words(spelt)))
                .distinct();
    }

    /// What a variable says after `MILLRACE_`, or a setting after its first dot.
    static List<String> words(String variable) {
        return BETWEEN_WORDS
                .splitAsStream(variable.replace("-", "").toUpperCase(Locale.ROOT))
                .filter(word -> !word.isEmpty())
                .skip(1)
                .toList();
    }

    boolean fits(List<String> given) {
        return like(given).equals(given);
    }

    /// These words, with the names and indexes that the given ones have in their places.
    List<String> like(List<String> given) {
        int more = Math.max(0, given.size() - words.size());
        var like = new ArrayList<String>();
        for (var word : words) {
            int at = like.size();
            boolean isGiven = at < given.size();
            switch (word) {
                case ANY_NAME -> like.addAll(isGiven ? given.subList(at, at + 1 + more) : List.of(KnownVariables.NAME));
                case ANY_INDEX -> like.add(isGiven && isNumber(given.get(at)) ? given.get(at) : "0");
                default -> like.add(word);
            }
        }
        return like;
    }

    private static boolean isNumber(String word) {
        return word.chars().allMatch(one -> one >= '0' && one <= '9');
    }
}
