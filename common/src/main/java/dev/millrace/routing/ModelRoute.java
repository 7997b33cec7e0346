package dev.millrace.routing;

import java.util.List;

/// A public model name and the deployments that serve it, fallback models' deployments behind its own.
///
/// @param tiers deployments in order of preference; within a tier they share by weight
public record ModelRoute(
        String model, ModelKind kind, List<List<Deployment>> tiers, RenderRules render, ChatRules chat) {

    public ModelRoute(String model, ModelKind kind, List<List<Deployment>> tiers) {
        this(model, kind, tiers, RenderRules.DEFAULT, ChatRules.DEFAULT);
    }
}
