package dev.millrace.routing;

import dev.millrace.provider.ProviderKey;
import java.time.Duration;
import java.util.Map;

/// How a provider's keys may be used.
///
/// @param accounts the account of a key, by its fingerprint; a key that is not here is an account of its own
/// @param calls at once, over all keys, in one process
/// @param requestsPerMinute of each account; 0 for no limit
/// @param tokensPerMinute of each account; 0 for no limit
/// @param probeAfter how long a key is set aside before one call tries it again
public record KeyPool(
        Map<String, String> accounts, int calls, long requestsPerMinute, long tokensPerMinute, Duration probeAfter) {

    public static final KeyPool DEFAULT = new KeyPool(Map.of(), 1_000, 0, 0, Duration.ofMinutes(5));

    /// The account that a key's limits belong to.
    public String account(ProviderKey key) {
        return accounts.getOrDefault(key.ref(), key.ref());
    }
}
