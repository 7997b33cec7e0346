package dev.millrace.benchmarks;

import dev.millrace.benchmarks.profile.Profiles;
import dev.millrace.benchmarks.row.Rows;
import dev.millrace.benchmarks.stage.BenchSettings;
import dev.millrace.quickstart.platform.Home;
import dev.millrace.quickstart.process.CannotContinue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What was asked for on the command line.
///
/// @param rows    to measure; unless there is a profile
/// @param given   the options as given, for the report
record Options(
        List<String> rows,
        Optional<String> profile,
        Optional<Path> json,
        BenchSettings settings,
        Profiles.Sizes sizes,
        Map<String, String> given) {

    private static final Set<String> WITH_VALUE = Set.of(
            "rows",
            "runs",
            "seconds",
            "warm-up",
            "json",
            "jfr",
            "workers",
            "connections",
            "window",
            "projects",
            "set",
            "api-heap",
            "worker-heap",
            "jvm",
            "data",
            "profile",
            "minutes",
            "rate",
            "rows-count");

    /// @throws CannotContinue if an option is unknown, lacks its value or has an impossible one
    static Options parse(List<String> words) {
        var values = new LinkedHashMap<String, List<String>>();
        boolean quick = false;
        for (var rest = words.iterator(); rest.hasNext(); ) {
            var word = rest.next();
            int equals = word.indexOf('=');
            var name = word.startsWith("--") ? word.substring(2, equals < 0 ? word.length() : equals) : "";
            if (word.equals("--quick")) {
                quick = true;
            } else if (!WITH_VALUE.contains(name)) {
                throw new CannotContinue("There is no option \"" + word + "\"; ./millrace bench --help lists them.");
            } else if (equals >= 0) {
                values.computeIfAbsent(name, key -> new ArrayList<>()).add(word.substring(equals + 1));
            } else if (rest.hasNext()) {
                values.computeIfAbsent(name, key -> new ArrayList<>()).add(rest.next());
            } else {
                throw new CannotContinue("The option --" + name + " needs a value.");
            }
        }
        return new Values(values).options(quick);
    }

    private record Values(Map<String, List<String>> all) {

        Options options(boolean quick) {
            var home = Home.find();
            var settings = new BenchSettings(
                    home,
                    text("data")
                            .map(Path::of)
                            .orElse(home.state().resolve("bench"))
                            .toAbsolutePath(),
                    quick,
                    number("runs", quick ? 1 : 5),
                    decimal("seconds", 0),
                    number("warm-up", quick ? 1_000 : 100_000),
                    number("connections", 64),
                    number("window", 1_000),
                    number("projects", 20),
                    number("workers", 1),
                    settings(),
                    text("api-heap").orElse(""),
                    text("worker-heap").orElse(""),
                    all.getOrDefault("jvm", List.of()),
                    text("jfr").map(Path::of));
            var given = new LinkedHashMap<String, String>();
            if (quick) {
                given.put("quick", "true");
            }
            all.forEach((name, list) -> given.put(name, String.join(",", list)));
            return new Options(
                    text("rows").map(list -> Arrays.asList(list.split(","))).orElse(Rows.names()),
                    text("profile"),
                    text("json").map(Path::of),
                    settings,
                    new Profiles.Sizes(
                            decimal("minutes", quick ? 0.2 : 10),
                            decimal("rate", quick ? 100 : 1_500),
                            number("rows-count", quick ? 20_000 : 10_000_000)),
                    given);
        }

        private Map<String, String> settings() {
            var named = new LinkedHashMap<String, String>();
            for (var setting : all.getOrDefault("set", List.of())) {
                int equals = setting.indexOf('=');
                if (equals < 1) {
                    throw new CannotContinue("--set takes NAME=VALUE, and " + setting + " is no such thing.");
                }
                named.put(setting.substring(0, equals), setting.substring(equals + 1));
            }
            return named;
        }

        private Optional<String> text(String name) {
            return Optional.ofNullable(all.get(name)).map(List::getLast);
        }

        private int number(String name, int otherwise) {
            double value = decimal(name, otherwise);
            if (value != Math.rint(value) || value < 1 || value > Integer.MAX_VALUE) {
                throw new CannotContinue("--" + name + " takes a whole number from 1 on.");
            }
            return (int) value;
        }

        private double decimal(String name, double otherwise) {
            return text(name)
                    .map(text -> {
                        if (!text.matches("[0-9_,]{1,12}(\\.[0-9]{1,6})?")) {
                            throw new CannotContinue("--" + name + " takes a number, and " + text + " is none.");
                        }
                        return Double.parseDouble(text.replaceAll("[_,]", ""));
                    })
                    .orElse(otherwise);
        }
    }
}
