package dev.millrace.provider;

/// Chat at one kind of provider. An adapter calls once: no retry, no fallback, no waiting.
public interface ChatAdapter {

    /// @param request an OpenAI chat completion request
    /// @param publicModel the name that the caller used; the answer echoes it
    ProviderOutcome complete(Target target, byte[] request, String publicModel);
}
