package dev.millrace.provider.gemini.video;

import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Target;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.message.BasicHeader;

/// The right to call a target.
sealed interface Pass {

    /// @param headers for the provider's own host only
    /// @param mask hides the credentials in what somebody else wrote
    /// @param whenRefused is told that the provider did not take it
    record Granted(List<Header> headers, UnaryOperator<String> mask, Runnable whenRefused) implements Pass {}

    /// There is none now, so nothing was sent.
    ///
    /// @param outcome `Retryable` or `RateLimited`, of the key's scope
    record Refused(ProviderOutcome outcome, String reason) implements Pass {}

    /// An API key is its own pass.
    static Granted byKey(Target target) {
        var secret = target.key().secret();
        return new Granted(List.of(new BasicHeader("x-goog-api-key", secret.reveal())), secret::maskedIn, () -> {});
    }
}
