package dev.millrace.provider;

import java.util.Set;

/// Embeddings at one kind of provider.
public interface EmbeddingAdapter {

    /// @param request the body of `POST /embeddings`
    /// @param publicModel the name that the caller used; the answer echoes it
    /// @param mayDrop parameters that may be left out where the target does not have them
    /// @return `Succeeded`, `Retryable`, `RateLimited`, `Terminal` or `Unfit`
    ProviderOutcome embed(Target target, byte[] request, String publicModel, Set<String> mayDrop);
}
