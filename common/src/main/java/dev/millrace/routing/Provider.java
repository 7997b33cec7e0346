package dev.millrace.routing;

import dev.millrace.provider.ProviderKey;
import dev.millrace.provider.ProviderType;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/// A provider as configured.
///
/// @param keys at least one
public record Provider(String name, ProviderType type, URI baseUrl, List<ProviderKey> keys) {

    /// The key of a stored fingerprint; empty if it was removed from the configuration.
    public Optional<ProviderKey> key(String ref) {
        return keys.stream().filter(key -> key.ref().equals(ref)).findFirst();
    }
}
