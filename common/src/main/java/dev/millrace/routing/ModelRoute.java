package dev.millrace.routing;

import java.util.List;

/// A public model name and the deployments that serve it, fallback models' deployments behind its own.
///
/// @param tiers deployments in order of preference
/// @param own how many of the tiers, from the first, are the model's own
/// @param choose how one of a tier's deployments is chosen
public record ModelRoute(
        String model,
        ModelKind kind,
        List<List<Deployment>> tiers,
        int own,
        RenderRules render,
        ChatRules chat,
        ChooseBy choose) {

    public ModelRoute(String model, ModelKind kind, List<List<Deployment>> tiers, RenderRules render, ChatRules chat) {
        this(model, kind, tiers, tiers.size(), render, chat, ChooseBy.WEIGHTED);
    }

    public ModelRoute(String model, ModelKind kind, List<List<Deployment>> tiers) {
        this(model, kind, tiers, RenderRules.DEFAULT, ChatRules.DEFAULT);
    }

    /// The same without its fallback models.
    public ModelRoute ofItsOwn() {
        return own == tiers.size()
                ? this
                : new ModelRoute(model, kind, tiers.subList(0, own), own, render, chat, choose);
    }
}
