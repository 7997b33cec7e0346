package dev.millrace.http;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.hc.core5.http.Header;
import org.jspecify.annotations.Nullable;

/// One request that is about to leave.
///
/// @param total our own deadline for the whole call, until the last byte of the answer
/// @param connect for the connection, TLS included; the client's own where absent
/// @param freshConnection not on a pooled connection, whose silent end could not be told from a lost answer
/// @param lastCheck asked when the connection stands and nothing has been sent; false lets nothing go
/// @param mostBytes most bytes of the answer's body that are read
public record OutboundCall(
        String method,
        URI uri,
        List<Header> headers,
        Optional<Body> body,
        Duration total,
        Optional<Duration> connect,
        boolean freshConnection,
        BooleanSupplier lastCheck,
        int mostBytes) {

    public OutboundCall(
            String method,
            URI uri,
            List<Header> headers,
            Optional<Body> body,
            Duration total,
            boolean freshConnection,
            BooleanSupplier lastCheck,
            int mostBytes) {
        this(method, uri, headers, body, total, Optional.empty(), freshConnection, lastCheck, mostBytes);
    }

    /// The same, which gives up where the connection does not stand in time.
    public OutboundCall connecting(Duration within) {
        return new OutboundCall(
                method, uri, headers, body, total, Optional.of(within), freshConnection, lastCheck, mostBytes);
    }

    /// A question that changes nothing.
    public static OutboundCall get(URI uri, List<Header> headers, Duration total, int mostBytes) {
        return new OutboundCall("GET", uri, headers, Optional.empty(), total, false, () -> true, mostBytes);
    }

    /// What is sent. It is let go as soon as it is being written, since the answer may take minutes: a call can be sent
    /// once.
    public static final class Body {

        private final String contentType;
        private final int length;
        private byte @Nullable [] bytes;

        public Body(byte[] bytes, String contentType) {
            this.bytes = bytes;
            this.length = bytes.length;
            this.contentType = contentType;
        }

        String contentType() {
            return contentType;
        }

        int length() {
            return length;
        }

        byte[] letGo() throws IOException {
            var once = bytes;
            if (once == null) {
                throw new IOException("the body has been sent");
            }
            bytes = null;
            return once;
        }
    }
}
