package dev.millrace.provider;

/// Embeddings at one kind of provider.
public interface EmbeddingAdapter {

    /// @param request the body of `POST /embeddings`
    /// @param publicModel the name that the caller used; the answer echoes it
    /// @return `Succeeded`, `Retryable`, `RateLimited`, `Terminal` or `Unfit`
    ProviderOutcome embed(Target target, byte[] request, String publicModel);
}
