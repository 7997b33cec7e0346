package dev.millrace.http;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.message.BasicHeader;

/// Calls that show only what matters to a test; the rest has no influence.
record Calls(OutboundCall call) {

    static Calls get(URI uri) {
        return new Calls(new OutboundCall(
                "GET", uri, List.of(), Optional.empty(), Duration.ofSeconds(20), false, () -> true, 1 << 20));
    }

    static Calls post(URI uri, String body) {
        var get = get(uri).call;
        return new Calls(new OutboundCall(
                "POST",
                uri,
                List.of(),
                Optional.of(new OutboundCall.Body(body.getBytes(StandardCharsets.UTF_8), "application/json")),
                get.total(),
                false,
                get.lastCheck(),
                get.mostBytes()));
    }

    Calls within(Duration total) {
        return with(call.headers(), total, call.freshConnection(), call.lastCheck(), call.mostBytes());
    }

    Calls fresh() {
        return with(call.headers(), call.total(), true, call.lastCheck(), call.mostBytes());
    }

    Calls checkedBy(BooleanSupplier lastCheck) {
        return with(call.headers(), call.total(), call.freshConnection(), lastCheck, call.mostBytes());
    }

    Calls atMost(int bytes) {
        return with(call.headers(), call.total(), call.freshConnection(), call.lastCheck(), bytes);
    }

    /// Said last.
    Calls connecting(Duration within) {
        return new Calls(call.connecting(within));
    }

    Calls header(String name, String value) {
        return with(
                List.of(new BasicHeader(name, value)),
                call.total(),
                call.freshConnection(),
                call.lastCheck(),
                call.mostBytes());
    }

    private Calls with(
            List<Header> headers, Duration total, boolean freshConnection, BooleanSupplier check, int mostBytes) {
        return new Calls(new OutboundCall(
                call.method(), call.uri(), headers, call.body(), total, freshConnection, check, mostBytes));
    }
}
