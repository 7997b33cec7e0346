package dev.millrace.quickstart;

import dev.millrace.quickstart.process.CannotContinue;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The words after a command: `--name value` (or `--name=value`) for the options that it knows, `--flag` for its flags,
/// and the rest in order.
record Arguments(Map<String, String> options, Set<String> flags, List<String> words) {

    private static final BigDecimal MOST_DOLLARS = new BigDecimal("1000000000");

    /// @throws CannotContinue on an option that the command doesn't know, or one without its value
    static Arguments parse(List<String> given, Set<String> options, Set<String> flags) {
        var values = new LinkedHashMap<String, String>();
        var set = new java.util.LinkedHashSet<String>();
        var words = new ArrayList<String>();
        for (var rest = given.iterator(); rest.hasNext(); ) {
            var word = rest.next();
            if (!word.startsWith("--")) {
                words.add(word);
                continue;
            }
            int equals = word.indexOf('=');
            var name = word.substring(2, equals < 0 ? word.length() : equals);
            if (equals < 0 && flags.contains(name)) {
                set.add(name);
            } else if (!options.contains(name)) {
                throw new CannotContinue("There is no option " + word + " here; ./millrace help lists them.");
            } else if (equals >= 0) {
                values.put(name, word.substring(equals + 1));
            } else if (rest.hasNext()) {
                values.put(name, rest.next());
            } else {
                throw new CannotContinue("The option --" + name + " needs a value.");
            }
        }
        return new Arguments(values, set, words);
    }

    Optional<String> option(String name) {
        return Optional.ofNullable(options.get(name));
    }

    boolean has(String flag) {
        return flags.contains(flag);
    }

    /// A port number given as an option.
    Optional<Integer> port(String name) {
        return option(name).map(text -> {
            if (text.matches("[0-9]{1,5}")) {
                int port = Integer.parseInt(text);
                if (port >= 1 && port <= 65_535) {
                    return port;
                }
            }
            throw new CannotContinue("--" + name + " takes a port number, and " + text + " is none.");
        });
    }

    /// An amount of US dollars given as an option.
    Optional<BigDecimal> dollars(String name) {
        return option(name).map(text -> {
            if (text.matches("[0-9]{1,10}(\\.[0-9]{1,10})?")) {
                var amount = new BigDecimal(text);
                if (amount.compareTo(MOST_DOLLARS) <= 0) {
                    return amount;
                }
            }
            throw new CannotContinue("--" + name + " takes US dollars from 0 to " + MOST_DOLLARS
                    + ", such as 50 or 12.50, and " + (text.isEmpty() ? "nothing" : text) + " is no such amount.");
        });
    }

    /// @throws CannotContinue if there are words left over
    void noWords() {
        if (!words.isEmpty()) {
            throw new CannotContinue(
                    "There is nothing to do with \"" + String.join(" ", words) + "\"; see ./millrace help.");
        }
    }
}
