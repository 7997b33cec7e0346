package dev.millrace.routing;

import java.util.List;

/// A public model name and the deployments that serve it, fallback models' deployments behind its own.
///
/// @param tiers deployments in order of preference
/// @param choose how one of a tier's deployments is chosen
public record ModelRoute(
        String model,
        ModelKind kind,
        List<List<Deployment>> tiers,
        RenderRules render,
        ChatRules chat,
        ChooseBy choose) {

    public ModelRoute(String model, ModelKind kind, List<List<Deployment>> tiers, RenderRules render, ChatRules chat) {
        this(model, kind, tiers, render, chat, ChooseBy.WEIGHTED);
    }

    public ModelRoute(String model, ModelKind kind, List<List<Deployment>> tiers) {
        this(model, kind, tiers, RenderRules.DEFAULT, ChatRules.DEFAULT);
    }
}
