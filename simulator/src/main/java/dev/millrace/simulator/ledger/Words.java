package dev.millrace.simulator.ledger;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Lets entries share the strings that come again and again, such as model names.
final class Words {

    private static final int SHARED = 10_000;
    private static final Map<String, String> KNOWN = new ConcurrentHashMap<>();

    private Words() {}

    static String shared(String word) {
        String known = KNOWN.get(word);
        if (known != null) {
            return known;
        }
        if (KNOWN.size() < SHARED) {
            KNOWN.put(word, word);
        }
        return word;
    }
}
