package dev.millrace.routing;

/// One upstream model at one provider, with the provider's key pool.
///
/// @param model the model's name at the provider
/// @param weight its share among the deployments of its route
public record Deployment(Provider provider, String model, int weight) {

    /// The name in records and headers.
    public String name() {
        return provider.name() + "/" + model;
    }
}
