package dev.millrace.simulator.behaviour;

import dev.millrace.simulator.ledger.Operation;

/// The request that a behaviour is looked up for.
///
/// @param model the model's whole name, behaviours included; of a poll, that of the render
/// @param key   the print of the caller's key
public record Occasion(String provider, Operation operation, String model, String prompt, String key) {}
