package dev.millrace.http;

import java.io.IOException;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.HttpClientConnection;
import org.apache.hc.core5.http.io.HttpResponseInformationCallback;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/// The last step before the first byte: the connection stands, nothing has been written. Here the call is asked once
/// more whether it may go, and from here on its answer can be lost.
final class LastCheckExecutor extends HttpRequestExecutor {

    static final String DEPARTURE = "millrace.departure";

    /// The last check said no.
    static final class WithheldException extends IOException {
        WithheldException() {
            super("withheld");
        }
    }

    @Override
    public ClassicHttpResponse execute(
            ClassicHttpRequest request,
            HttpClientConnection connection,
            @Nullable HttpResponseInformationCallback informationCallback,
            HttpContext context)
            throws IOException, HttpException {
        if (context.getAttribute(DEPARTURE) instanceof Departure departure && !departure.begin()) {
            throw new WithheldException();
        }
        return super.execute(request, connection, informationCallback, context);
    }
}
