package dev.millrace.benchmarks.passthrough;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/// Sends a body on as it came, and the answer back as it comes. It knows no keys, no routes and no failures.
@RestController
class PassThrough {

    private final CloseableHttpClient http;
    private final URI upstream;

    PassThrough(CloseableHttpClient http, URI upstream) {
        this.http = http;
        this.upstream = upstream;
    }

    @PostMapping("/v1/chat/completions")
    void pass(@RequestBody byte[] body, @RequestHeader("Authorization") String key, HttpServletResponse response)
            throws IOException {
        var call = new HttpPost(upstream);
        call.setHeader(HttpHeaders.AUTHORIZATION, key);
        call.setEntity(new ByteArrayEntity(body, ContentType.APPLICATION_JSON));
        http.execute(call, answer -> {
            copy(answer, response);
            return answer.getCode();
        });
    }

    private static void copy(ClassicHttpResponse from, HttpServletResponse to) throws IOException {
        to.setStatus(from.getCode());
        to.setContentType(from.getEntity().getContentType());
        if (from.getEntity().getContentLength() >= 0) {
            to.setContentLengthLong(from.getEntity().getContentLength());
        }
        var buffer = new byte[8 * 1024];
        var in = from.getEntity().getContent();
        var out = to.getOutputStream();
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            out.write(buffer, 0, read);
            // What is there is sent: an event must not wait for the next.
            if (from.getEntity().isChunked()) {
                out.flush();
            }
        }
    }
}
