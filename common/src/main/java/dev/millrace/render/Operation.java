package dev.millrace.render;

/// A render at a provider, as its own name for it.
///
/// @param provider the provider's name in the configuration
/// @param model the model's name there
/// @param keyRef fingerprint of the key that created it; lookups, polls and downloads use that key
public record Operation(String provider, String model, String keyRef, String id) {}
