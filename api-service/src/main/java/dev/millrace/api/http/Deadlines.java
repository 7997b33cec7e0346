package dev.millrace.api.http;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.apache.coyote.Adapter;
import org.apache.coyote.Processor;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.SocketWrapperBase;

/// HTTP whose requests have a time to arrive in. `server.tomcat.connection-timeout` alone is the time between two
/// bytes, and begins anew with each: whoever sends one now and then would keep a connection as long as it likes, before
/// anybody knows who it is. Here it is also the time for a whole header, from its first byte on, and for what is left
/// of a body that nobody has read ([RestOfBody]).
public final class Deadlines extends Http11NioProtocol {

    @Override
    protected Processor createProcessor() {
        return new Timed(this, new RestOfBody(getAdapter(), this));
    }

    private static final class Timed extends Http11Processor {
        private final Http11NioProtocol protocol;

        Timed(Http11NioProtocol protocol, Adapter adapter) {
            super(protocol, adapter);
            this.protocol = protocol;
        }

        /// Is called when something has come, and reads no more than that of a header. What has come of it stays in
        /// this processor until the rest is there.
        @Override
        public SocketState service(SocketWrapperBase<?> connection) throws IOException {
            int timeout = protocol.getConnectionTimeout();
            if (timeout <= 0) {
                return super.service(connection);
            }
            if (begun()) {
                if (left(timeout) <= 0) {
                    return SocketState.CLOSED;
                }
                // With the last of the header comes the time that its body has between two bytes.
                connection.setReadTimeout(timeout);
            }
            var state = super.service(connection);
            boolean incomplete = (state == SocketState.LONG || state == SocketState.OPEN) && begun() && !isAsync();
            if (!incomplete) {
                return state;
            }
            connection.setReadTimeout(Math.max(1, left(timeout)));
            // Blank lines before a header are its beginning, too, and no request is over.
            return SocketState.LONG;
        }

        /// Whether a header has begun to come whose request has not been answered.
        private boolean begun() {
            return request.getStartTimeNanos() >= 0;
        }

        private long left(int timeout) {
            return timeout - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - request.getStartTimeNanos());
        }
    }
}
