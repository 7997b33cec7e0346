package dev.millrace.simulator.desk;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// All providers that were ever named; one comes to be when it is first asked for.
public final class Providers {

    /// The provider of paths without a `/p/{provider}` in front.
    public static final String DEFAULT = "default";

    private final Map<String, Provider> providers = new ConcurrentHashMap<>();

    public Provider get(String name) {
        Provider known = providers.get(name);
        return known != null ? known : providers.computeIfAbsent(name, Provider::new);
    }

    public Collection<Provider> all() {
        return new TreeMap<>(providers).values();
    }

    public void reset() {
        providers.clear();
    }
}
