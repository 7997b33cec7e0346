package dev.millrace.provider;

import java.util.Optional;
import java.util.Set;

/// What is particular about a provider or one of its models, as configured: models come and go, so it is data.
///
/// @param refuses parameters of the OpenAI wire format that this model does not take, such as `temperature`
/// @param version the provider's API version, such as `2026-10-21`; absent for the adapter's own choice
/// @param mostOutput the tokens to ask for where the caller sets no limit and the wire format needs one; 0 where unset
public record Traits(Set<Quirk> quirks, Set<String> refuses, Optional<String> version, int mostOutput) {

    public static final Traits NONE = new Traits(Set.of(), Set.of(), Optional.empty(), 0);

    public boolean has(Quirk quirk) {
        return quirks.contains(quirk);
    }
}
