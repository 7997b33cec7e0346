package dev.millrace.simulator.desk;

import dev.millrace.simulator.ledger.KeyPrint;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One simulated provider and how it is set up.
public final class Provider {

    private final String name;
    private volatile Settings settings = Settings.DEFAULT;

    /// How a provider is set up.
    ///
    /// @param keyPrints   prints of the keys it takes; empty for any key at all
    /// @param list        whether renders can be listed
    /// @param idempotency whether a create whose `Idempotency-Key` was seen before gets the first one's render
    /// @param shared      whether each key sees the renders of all keys; else only those it created
    /// @param models      the names that its model list shows
    public record Settings(
            Optional<Set<String>> keyPrints, boolean list, boolean idempotency, boolean shared, List<String> models) {

        static final Settings DEFAULT = new Settings(
                Optional.empty(), true, false, false, List.of("sim-chat", "sim-video", "sim-embedding", "sim-image"));
    }

    Provider(String name) {
        this.name = name;
    }

    public String name() {
        return name;
    }

    public Settings settings() {
        return settings;
    }

    public void set(Settings settings) {
        this.settings = settings;
    }

    boolean takes(@Nullable String key) {
        if (key == null || key.isBlank()) {
            return false;
        }
        Optional<Set<String>> prints = settings.keyPrints();
        return prints.isEmpty() || prints.get().contains(KeyPrint.of(key));
    }
}
