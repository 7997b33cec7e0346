package dev.millrace.access;

/// A key and the project that it is of.
public record Credential(ApiKey key, Project project) {}
