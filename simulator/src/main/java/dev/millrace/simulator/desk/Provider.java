package dev.millrace.simulator.desk;

import dev.millrace.simulator.ledger.KeyPrint;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// One simulated provider and how it is set up.
public final class Provider {

    private final String name;
    private final Map<String, Issued> issued = new ConcurrentHashMap<>();
    private volatile Settings settings = Settings.DEFAULT;

    /// A token that stands for an account until it ends.
    private record Issued(String account, long endsNanos) {}

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

    /// Takes this token for the account's until its life is over.
    public void issue(String token, String account, Duration life) {
        issued.put(KeyPrint.of(token), new Issued(account, System.nanoTime() + life.toNanos()));
    }

    /// The print of the key, or of the account that a token stands for: what the account created belongs to it,
    /// whatever token it comes with.
    String printOf(String key) {
        String print = KeyPrint.of(key);
        Issued token = issued.get(print);
        return token == null ? print : KeyPrint.of(token.account());
    }

    boolean takes(@Nullable String key) {
        if (key == null || key.isBlank()) {
            return false;
        }
        Issued token = issued.get(KeyPrint.of(key));
        if (token != null) {
            return token.endsNanos() - System.nanoTime() > 0;
        }
        Optional<Set<String>> prints = settings.keyPrints();
        return prints.isEmpty() || prints.get().contains(KeyPrint.of(key));
    }
}
