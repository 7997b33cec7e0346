package dev.millrace.provider;

/// The wire formats that we speak to providers.
public enum ProviderType {
    OPENAI
}
