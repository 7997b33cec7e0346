package dev.millrace.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.AbstractHttpEntity;

/// A request's body on its way out. It is written once: the client repeats nothing.
final class BodyOnce extends AbstractHttpEntity {

    private final OutboundCall.Body body;

    BodyOnce(OutboundCall.Body body) {
        super(ContentType.parse(body.contentType()), null);
        this.body = body;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        out.write(body.letGo());
        out.flush();
    }

    @Override
    public InputStream getContent() throws IOException {
        return new ByteArrayInputStream(body.letGo());
    }

    @Override
    public long getContentLength() {
        return body.length();
    }

    @Override
    public boolean isRepeatable() {
        return false;
    }

    @Override
    public boolean isStreaming() {
        return true;
    }

    @Override
    public void close() {}
}
