package dev.millrace.routing;

/// A deployment and the key, by fingerprint, with which it was called.
public record Called(Deployment deployment, String keyRef) {}
