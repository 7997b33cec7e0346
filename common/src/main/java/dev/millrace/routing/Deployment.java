package dev.millrace.routing;

import dev.millrace.provider.ProviderKey;
import dev.millrace.provider.Target;
import dev.millrace.provider.Traits;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Optional;

/// One upstream model at one provider, with the provider's key pool.
///
/// @param model the model's name at the provider
/// @param weight its share among the deployments of its route
/// @param context the longest context in tokens; 0 where it is not configured
/// @param shutdown the day, in UTC, from which the provider does not serve it any more, where that is known
/// @param unrouted whether it is a name of the caller's that has no route, at the catch-all provider
public record Deployment(
        Provider provider,
        String model,
        int weight,
        int context,
        Traits traits,
        Optional<LocalDate> shutdown,
        boolean unrouted) {

    public Deployment(
            Provider provider, String model, int weight, int context, Traits traits, Optional<LocalDate> shutdown) {
        this(provider, model, weight, context, traits, shutdown, false);
    }

    public Deployment(Provider provider, String model, int weight, int context, Traits traits) {
        this(provider, model, weight, context, traits, Optional.empty());
    }

    public Deployment(Provider provider, String model, int weight) {
        this(provider, model, weight, 0, provider.traits());
    }

    /// Of a name without a route, as the catch-all provider gets it.
    static Deployment unrouted(Provider provider, String model) {
        return new Deployment(provider, model, 1, 0, provider.traits(), Optional.empty(), true);
    }

    /// The name in records and headers.
    public String name() {
        return provider.name() + "/" + model;
    }

    /// Whether it is out of service on a day.
    public boolean isRetired(LocalDate today) {
        return shutdown.isPresent() && !today.isBefore(shutdown.get());
    }

    public Target target(ProviderKey key, Duration deadline) {
        return target(key, deadline, Target.CONNECT);
    }

    public Target target(ProviderKey key, Duration deadline, Duration connect) {
        return new Target(provider.name(), provider.baseUrl(), model, key, deadline, connect, traits);
    }
}
