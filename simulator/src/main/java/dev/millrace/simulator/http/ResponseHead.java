package dev.millrace.simulator.http;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Builds the status line and the header lines of an answer.
public final class ResponseHead {

    private final StringBuilder text = new StringBuilder(256);

    public ResponseHead(int status) {
        text.append("HTTP/1.1 ")
                .append(status)
                .append(' ')
                .append(reason(status))
                .append("\r\n");
    }

    public ResponseHead add(String name, String value) {
        text.append(name).append(": ").append(value).append("\r\n");
        return this;
    }

    /// As [#add], if the header has a name at all.
    public ResponseHead addUnlessUnnamed(@Nullable String name, String value) {
        return name == null ? this : add(name, value);
    }

    public byte[] bytes() {
        return (text + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    /// Head and body in one array, for one write.
    public byte[] with(byte[] body) {
        text.append("\r\n");
        byte[] head = text.toString().getBytes(StandardCharsets.ISO_8859_1);
        byte[] all = new byte[head.length + body.length];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(body, 0, all, head.length, body.length);
        return all;
    }

    private static String reason(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 201 -> "Created";
            case 202 -> "Accepted";
            case 204 -> "No Content";
            case 302 -> "Found";
            case 307 -> "Temporary Redirect";
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 402 -> "Payment Required";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 409 -> "Conflict";
            case 413 -> "Content Too Large";
            case 422 -> "Unprocessable Content";
            case 429 -> "Too Many Requests";
            case 500 -> "Internal Server Error";
            case 502 -> "Bad Gateway";
            case 503 -> "Service Unavailable";
            case 504 -> "Gateway Timeout";
            case 529 -> "Overloaded";
            default -> "Status";
        };
    }
}
