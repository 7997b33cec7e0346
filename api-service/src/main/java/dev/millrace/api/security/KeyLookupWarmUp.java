package dev.millrace.api.security;

import dev.millrace.access.ApiKeyRepository;
import dev.millrace.database.DatabaseWatch;
import java.util.Optional;
import org.springframework.stereotype.Component;

/// Looks up a key that nobody has, before the service is ready: the first look takes a second or two, and no caller
/// should wait for it.
@Component
class KeyLookupWarmUp implements DatabaseWatch.Check {

    private final ApiKeyRepository keys;

    KeyLookupWarmUp(ApiKeyRepository keys) {
        this.keys = keys;
    }

    @Override
    public Optional<String> objection() {
        keys.findByPrefix("");
        return Optional.empty();
    }
}
