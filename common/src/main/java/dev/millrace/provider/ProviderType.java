package dev.millrace.provider;

import java.util.Optional;

/// The wire formats that we speak to providers.
public enum ProviderType {
    /// OpenAI's own, and that of every endpoint that is compatible with it.
    OPENAI(Optional.of("https://api.openai.com/v1")),
    /// Anthropic's Messages.
    ANTHROPIC(Optional.of("https://api.anthropic.com")),
    /// Google's Gemini API: generateContent, Veo and Interactions, with an API key.
    GEMINI(Optional.of("https://generativelanguage.googleapis.com")),
    /// The same models on Vertex AI, with a service account.
    VERTEX(Optional.empty());

    private final Optional<String> home;

    ProviderType(Optional<String> home) {
        this.home = home;
    }

    /// The base URL where none is configured.
    public Optional<String> home() {
        return home;
    }
}
