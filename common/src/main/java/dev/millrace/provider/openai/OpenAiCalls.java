package dev.millrace.provider.openai;

import dev.millrace.http.OutboundCall;
import dev.millrace.provider.Target;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.message.BasicHeader;

/// Calls to an OpenAI-compatible endpoint that may be repeated.
final class OpenAiCalls {

    private static final int MOST_BYTES = 16 * 1024 * 1024;

    private OpenAiCalls() {}

    static List<Header> headers(Target target) {
        return List.of(
                new BasicHeader(
                        "Authorization", "Bearer " + target.key().secret().reveal()),
                new BasicHeader("Accept", "application/json"));
    }

    /// @param lastCheck asked when nothing has been sent yet
    static OutboundCall post(Target target, String path, OutboundCall.Body body, BooleanSupplier lastCheck) {
        return post(target, path, body, lastCheck, MOST_BYTES);
    }

    static OutboundCall post(Target target, String path, byte[] body, int mostBytes) {
        return post(target, path, new OutboundCall.Body(body, "application/json"), () -> true, mostBytes);
    }

    private static OutboundCall post(
            Target target, String path, OutboundCall.Body body, BooleanSupplier lastCheck, int mostBytes) {
        return new OutboundCall(
                        "POST",
                        target.at(path),
                        headers(target),
                        Optional.of(body),
                        target.deadline(),
                        false,
                        lastCheck,
                        mostBytes)
                .connecting(target.connect());
    }
}
