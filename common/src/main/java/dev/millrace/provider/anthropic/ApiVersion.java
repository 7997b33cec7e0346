package dev.millrace.provider.anthropic;

import dev.millrace.provider.Target;
import java.util.List;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.message.BasicHeader;

/// A version of the API. The first one is the default, because it takes sampling parameters; all later ones are
/// spoken as `2026-10-21` is: without them, and with the key as a bearer.
///
/// @param name as `anthropic-version` has it
record ApiVersion(String name) {

    static final String FIRST = "2023-06-01";

    static ApiVersion of(Target target) {
        return new ApiVersion(target.traits().version().orElse(FIRST));
    }

    /// Whether it has `temperature`, `top_p` and `top_k`.
    boolean sampling() {
        return name.equals(FIRST);
    }

    List<Header> headers(Target target, String accept) {
        var key = target.key().secret().reveal();
        return List.of(
                sampling() ? new BasicHeader("x-api-key", key) : new BasicHeader("Authorization", "Bearer " + key),
                new BasicHeader("anthropic-version", name),
                new BasicHeader("Accept", accept));
    }
}
