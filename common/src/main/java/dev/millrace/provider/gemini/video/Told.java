package dev.millrace.provider.gemini.video;

import dev.millrace.http.OutboundCall;
import dev.millrace.http.OutboundHttp;
import dev.millrace.http.OutboundHttp.Streamed;
import dev.millrace.http.Reply;
import dev.millrace.provider.Target;
import dev.millrace.provider.gemini.GoogleError;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// What was told of a render, as far as it was read: without the video's bytes, which may stand in it.
///
/// @param body of a status other than 200 its error, or nothing
record Told(Reply.Answered head, JsonNode body) {

    private static final int MOST_OF_AN_ERROR = 256 * 1024;

    static OutboundCall get(Target target, URI uri, Pass.Granted pass) {
        return call("GET", target, uri, pass, Optional.empty());
    }

    static OutboundCall post(Target target, URI uri, Pass.Granted pass, byte[] json) {
        return call("POST", target, uri, pass, Optional.of(new OutboundCall.Body(json, "application/json")));
    }

    private static OutboundCall call(
            String method, Target target, URI uri, Pass.Granted pass, Optional<OutboundCall.Body> body) {
        return new OutboundCall(method, uri, pass.headers(), body, target.deadline(), false, () -> true, 0)
                .connecting(target.connect());
    }

    /// Asks, and hands out the texts of these names as they come.
    static Streamed<Told> ask(OutboundHttp http, OutboundCall call, Set<String> names, LargeJson.Bytes bytes) {
        return http.stream(call, (head, body) -> new Told(head, read(head, body, names, bytes)));
    }

    /// How long Google asks to be left alone: in the body's error, or as any server in a header.
    Optional<Duration> retryAfter() {
        return GoogleError.in(body).retryDelay().or(head::retryAfter);
    }

    private static JsonNode read(Reply.Answered head, InputStream body, Set<String> names, LargeJson.Bytes bytes)
            throws IOException {
        return head.status() == 200
                ? LargeJson.read(body, names, bytes)
                : PaidCreate.read(body.readNBytes(MOST_OF_AN_ERROR));
    }
}
