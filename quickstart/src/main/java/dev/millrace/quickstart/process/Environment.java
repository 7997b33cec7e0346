package dev.millrace.quickstart.process;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What of this process's environment a child may see. Everything else stays here: a key of a provider that somebody
/// exported must not reach a trial run, so what passes is named and the rest is unknown by construction.
public final class Environment {

    private static final Set<String> PASSED =
            Set.of("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TERM");

    private Environment() {}

    /// The part of this process's environment that tells where things are and how people write, and no more.
    public static Map<String, String> harmless() {
        return harmless(System.getenv());
    }

    static Map<String, String> harmless(Map<String, String> environment) {
        var passed = new TreeMap<String, String>();
        environment.forEach((name, value) -> {
            if (PASSED.contains(name) || name.toUpperCase(Locale.ROOT).startsWith("LC_")) {
                passed.put(name, value);
            }
        });
        return passed;
    }
}
