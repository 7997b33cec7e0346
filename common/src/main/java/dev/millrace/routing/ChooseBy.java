package dev.millrace.routing;

/// How one of a tier's deployments is chosen among those that can take a call.
public enum ChooseBy {
    /// By weight.
    WEIGHTED,
    /// The one with the fewest calls under way for its weight.
    LEAST_OUTSTANDING,
    /// The better of two drawn at random, by observed latency and calls under way.
    LOWEST_LATENCY
}
