package dev.millrace.api.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Adapter;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.tomcat.util.net.ApplicationBufferHandler;
import org.apache.tomcat.util.net.SocketEvent;

/// Reads what is left of a body after its request was answered, so that its sender sees the answer and the connection
/// can be used again; for no longer than `server.tomcat.connection-timeout`, and no more than
/// `server.tomcat.max-swallow-size`. Beyond that the connection is closed.
final class RestOfBody implements Adapter {

    private final Adapter served;
    private final Http11NioProtocol protocol;

    RestOfBody(Adapter served, Http11NioProtocol protocol) {
        this.served = served;
        this.protocol = protocol;
    }

    @Override
    public void service(Request request, Response response) throws Exception {
        served.service(request, response);
        if (!request.isFinished() && !goesOn(request) && !readAll(request)) {
            request.action(ActionCode.DISABLE_SWALLOW_INPUT, null);
        }
    }

    /// Whether it is answered by another thread, later.
    private static boolean goesOn(Request request) {
        var goesOn = new AtomicBoolean();
        request.action(ActionCode.ASYNC_IS_ASYNC, goesOn);
        return goesOn.get();
    }

    private boolean readAll(Request request) {
        if (request.hasExpectation() && request.getBytesRead() == 0) {
            // Its sender waits to be told to send it, and has been told otherwise.
            return false;
        }
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(protocol.getConnectionTimeout());
        var passing = new Passing();
        try {
            for (long read = 0; read <= protocol.getMaxSwallowSize() && System.nanoTime() - until < 0; ) {
                int now = request.doRead(passing);
                if (now < 0) {
                    return true;
                }
                read += now;
            }
        } catch (IOException gone) {
            return false;
        }
        return false;
    }

    /// What is read and of no use.
    private static final class Passing implements ApplicationBufferHandler {
        private ByteBuffer bytes = ByteBuffer.allocate(0);

        @Override
        public void setByteBuffer(ByteBuffer read) {
            bytes = read;
        }

        @Override
        public ByteBuffer getByteBuffer() {
            return bytes;
        }

        @Override
        public void expand(int size) {
            // What comes is as large as it is.
        }
    }

    @Override
    public boolean prepare(Request request, Response response) throws Exception {
        return served.prepare(request, response);
    }

    @Override
    public boolean asyncDispatch(Request request, Response response, SocketEvent event) throws Exception {
        return served.asyncDispatch(request, response, event);
    }

    @Override
    public void log(Request request, Response response, long time) {
        served.log(request, response, time);
    }

    @Override
    public void checkRecycled(Request request, Response response) {
        served.checkRecycled(request, response);
    }

    @Override
    public String getDomain() {
        return served.getDomain();
    }
}
