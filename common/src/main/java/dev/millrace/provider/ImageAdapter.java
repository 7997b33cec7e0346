package dev.millrace.provider;

/// Pictures at one kind of provider. A picture is paid for: a call whose answer was lost is not repeated.
public interface ImageAdapter {

    /// @param request the body of `POST /images/generations`
    /// @return `Succeeded`, `Retryable`, `RateLimited`, `Indeterminate`, `Terminal` or `Unfit`
    ProviderOutcome generate(Target target, byte[] request);
}
