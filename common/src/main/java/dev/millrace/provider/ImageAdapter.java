package dev.millrace.provider;

import java.util.Set;

/// Pictures at one kind of provider. A picture is paid for: a call whose answer was lost is not repeated.
public interface ImageAdapter {

    /// What the wire format promises of this model's pictures.
    Terms terms(String model);

    /// @param request the body of `POST /images/generations`
    /// @param mayDrop parameters that may be left out where the target does not have them, but for `n`, by which
    ///     pictures are priced
    /// @return `Succeeded`, `Retryable`, `RateLimited`, `Indeterminate`, `Terminal` or `Unfit`
    ProviderOutcome generate(Target target, byte[] request, Set<String> mayDrop);
}
