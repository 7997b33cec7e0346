package dev.millrace.simulator.http;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The request line and the header lines of one request, kept as the text that arrived.
///
/// Header names compare without regard to case. Lines are found by scanning; a request has few of them.
public final class RequestHead {

    private final String text;
    private final String method;
    private final String target;
    private final int headersAt;

    private RequestHead(String text, String method, String target, int headersAt) {
        this.text = text;
        this.method = method;
        this.target = target;
        this.headersAt = headersAt;
    }

    /// @param text the head without the empty line that ends it, lines parted by CRLF
    /// @throws MalformedRequestException if the first line is no HTTP/1.x request line
    static RequestHead parse(String text) throws MalformedRequestException {
        int lineEnd = text.indexOf("\r\n");
        int end = lineEnd < 0 ? text.length() : lineEnd;
        int first = text.indexOf(' ');
        int second = first < 0 ? -1 : text.indexOf(' ', first + 1);
        if (first <= 0 || second < 0 || second >= end || !text.startsWith("HTTP/1.", second + 1)) {
            throw new MalformedRequestException(400, "the first line is no HTTP/1.1 request line");
        }
        return new RequestHead(
                text,
                text.substring(0, first),
                text.substring(first + 1, second),
                lineEnd < 0 ? text.length() : lineEnd + 2);
    }

    public String method() {
        return method;
    }

    /// Path and query as sent.
    public String target() {
        return target;
    }

    /// The path as sent, without the query.
    public String path() {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    public Query query() {
        int query = target.indexOf('?');
        return Query.parse(query < 0 ? "" : target.substring(query + 1));
    }

    /// The value of the first header of this name, without surrounding blanks.
    public @Nullable String header(String name) {
        int at = headersAt;
        while (at < text.length()) {
            int lineEnd = text.indexOf("\r\n", at);
            int end = lineEnd < 0 ? text.length() : lineEnd;
            int colon = at + name.length();
            if (colon < end && text.charAt(colon) == ':' && text.regionMatches(true, at, name, 0, name.length())) {
                return text.substring(colon + 1, end).strip();
            }
            at = end + 2;
        }
        return null;
    }

    /// The token of `Authorization: Bearer`; null where there is none.
    public @Nullable String bearerToken() {
        String authorization = header("Authorization");
        return authorization != null && authorization.regionMatches(true, 0, "Bearer ", 0, 7)
                ? authorization.substring(7).strip()
                : null;
    }

    /// All lines as they arrived, the request line first.
    public List<String> lines() {
        return List.of(text.split("\r\n", -1));
    }

    /// The header lines whose name starts with `x-`.
    public List<String> extensionLines() {
        List<String> found = new ArrayList<>();
        int at = headersAt;
        while (at < text.length()) {
            int lineEnd = text.indexOf("\r\n", at);
            int end = lineEnd < 0 ? text.length() : lineEnd;
            if (text.regionMatches(true, at, "x-", 0, 2)) {
                found.add(text.substring(at, end));
            }
            at = end + 2;
        }
        return List.copyOf(found);
    }

    boolean keepAlive() {
        String connection = header("Connection");
        boolean oldVersion = text.startsWith("HTTP/1.0", method.length() + target.length() + 2);
        if (connection == null) {
            return !oldVersion;
        }
        return oldVersion ? connection.equalsIgnoreCase("keep-alive") : !connection.equalsIgnoreCase("close");
    }
}
