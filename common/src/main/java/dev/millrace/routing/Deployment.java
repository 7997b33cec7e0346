package dev.millrace.routing;

import dev.millrace.provider.ProviderKey;
import dev.millrace.provider.Target;
import dev.millrace.provider.Traits;
import java.time.Duration;

/// One upstream model at one provider, with the provider's key pool.
///
/// @param model the model's name at the provider
/// @param weight its share among the deployments of its route
/// @param context the longest context in tokens; 0 where it is not configured
public record Deployment(Provider provider, String model, int weight, int context, Traits traits) {

    public Deployment(Provider provider, String model, int weight) {
        this(provider, model, weight, 0, provider.traits());
    }

    /// The name in records and headers.
    public String name() {
        return provider.name() + "/" + model;
    }

    public Target target(ProviderKey key, Duration deadline) {
        return new Target(provider.name(), provider.baseUrl(), model, key, deadline, traits);
    }
}
