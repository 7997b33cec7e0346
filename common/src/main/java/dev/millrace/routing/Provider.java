package dev.millrace.routing;

import dev.millrace.provider.ProviderKey;
import dev.millrace.provider.ProviderType;
import dev.millrace.provider.Target;
import dev.millrace.provider.Traits;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A provider as configured.
///
/// @param keys at least one
/// @param traits what is particular about all of its models
/// @param pool how its keys may be used
public record Provider(
        String name, ProviderType type, URI baseUrl, List<ProviderKey> keys, Traits traits, KeyPool pool) {

    public Provider(String name, ProviderType type, URI baseUrl, List<ProviderKey> keys, Traits traits) {
        this(name, type, baseUrl, keys, traits, KeyPool.DEFAULT);
    }

    public Provider(String name, ProviderType type, URI baseUrl, List<ProviderKey> keys) {
        this(name, type, baseUrl, keys, Traits.NONE);
    }

    /// The key of a stored fingerprint; empty if it was removed from the configuration.
    public Optional<ProviderKey> key(String ref) {
        return keys.stream().filter(key -> key.ref().equals(ref)).findFirst();
    }

    /// Of no model in particular, or of one whose rules are not known.
    public Target target(String model, ProviderKey key, Duration deadline) {
        return target(model, key, deadline, Target.CONNECT);
    }

    /// For what is on record by the model's name alone, such as a render that is polled.
    public Target target(String model, ProviderKey key, Duration deadline, Duration connect) {
        return new Target(name, baseUrl, model, key, deadline, connect, traits);
    }
}
