package dev.millrace.provider;

import java.net.URI;
import java.time.Duration;

/// Where a call goes.
///
/// @param provider the provider's name in the configuration
/// @param baseUrl as the provider's own SDK takes it; with the version for OpenAI's, such as
///     `https://api.openai.com/v1`
/// @param model the model's name there
/// @param deadline for the whole call
/// @param connect for the connection, TLS included; nothing was sent where it ends
public record Target(
        String provider,
        URI baseUrl,
        String model,
        ProviderKey key,
        Duration deadline,
        Duration connect,
        Traits traits) {

    public static final Duration CONNECT = Duration.ofSeconds(5);

    public Target(String provider, URI baseUrl, String model, ProviderKey key, Duration deadline, Traits traits) {
        this(provider, baseUrl, model, key, deadline, CONNECT, traits);
    }

    /// The address of a path below the base URL.
    public URI at(String path) {
        var base = baseUrl.toString();
        return URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + path);
    }
}
