package dev.millrace.simulator.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The parts of a `multipart/form-data` body, in the order in which they came.
public record MultipartForm(List<Part> parts) {

    /// One part.
    ///
    /// @param filename as sent; null if the part names no file, which says nothing about what it holds
    public record Part(String name, @Nullable String filename, String contentType, byte[] bytes) {
        public String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /// Takes the body apart.
    ///
    /// @param contentType the value of the request's `Content-Type`
    /// @throws MalformedFormException if the body is no such form
    public static MultipartForm parse(String contentType, byte[] body) throws MalformedFormException {
        String boundary = parameter(contentType, "boundary");
        if (boundary == null || boundary.isEmpty()) {
            throw new MalformedFormException("the content type names no boundary");
        }
        byte[] delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
        List<Part> parts = new ArrayList<>();
        // The first delimiter may stand at the very beginning, without a line end before it.
        int at = startsWith(body, 0, delimiter, 2) ? delimiter.length - 2 : afterNext(body, delimiter, 0);
        while (true) {
            if (startsWith(body, at, "--".getBytes(StandardCharsets.ISO_8859_1), 0)) {
                return new MultipartForm(parts);
            }
            int line = indexOf(body, "\r\n".getBytes(StandardCharsets.ISO_8859_1), at);
            int headEnd = indexOf(body, "\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1), line);
            if (line < 0 || headEnd < 0) {
                throw new MalformedFormException("a part has no end of its headers");
            }
            int end = indexOf(body, delimiter, headEnd + 2);
            if (end < 0) {
                throw new MalformedFormException("the last boundary is missing");
            }
            String head = new String(body, line, headEnd - line, StandardCharsets.UTF_8);
            int start = headEnd + 4;
            byte[] bytes = end < start ? new byte[0] : Arrays.copyOfRange(body, start, end);
            parts.add(part(head, bytes));
            at = end + delimiter.length;
        }
    }

    private static Part part(String head, byte[] bytes) throws MalformedFormException {
        String disposition = "";
        String type = "text/plain";
        for (String line : head.split("\r\n")) {
            int colon = line.indexOf(':');
            if (colon < 0) {
                continue;
            }
            switch (line.substring(0, colon).strip().toLowerCase(Locale.ROOT)) {
                case "content-disposition" ->
                    disposition = line.substring(colon + 1).strip();
                case "content-type" -> type = line.substring(colon + 1).strip();
                default -> {}
            }
        }
        String name = parameter(disposition, "name");
        if (name == null) {
            throw new MalformedFormException("a part has no name");
        }
        return new Part(name, parameter(disposition, "filename"), type, bytes);
    }

    /// A parameter of a header value, quoted or not.
    private static @Nullable String parameter(String value, String name) {
        int at = 0;
        while ((at = value.indexOf(';', at)) >= 0) {
            at++;
            int equals = value.indexOf('=', at);
            if (equals < 0) {
                return null;
            }
            String found = value.substring(at, equals).strip();
            int start = equals + 1;
            int end;
            String text;
            if (start < value.length() && value.charAt(start) == '"') {
                end = value.indexOf('"', start + 1);
                while (end > 0 && value.charAt(end - 1) == '\\') {
                    end = value.indexOf('"', end + 1);
                }
                if (end < 0) {
                    return null;
                }
                text = value.substring(start + 1, end).replace("\\\"", "\"");
            } else {
                end = value.indexOf(';', start);
                end = end < 0 ? value.length() : end;
                text = value.substring(start, end).strip();
            }
            if (found.equalsIgnoreCase(name)) {
                return text;
            }
            at = end;
        }
        return null;
    }

    private static int afterNext(byte[] body, byte[] delimiter, int from) throws MalformedFormException {
        int at = indexOf(body, delimiter, from);
        if (at < 0) {
            throw new MalformedFormException("the boundary does not occur in the body");
        }
        return at + delimiter.length;
    }

    private static boolean startsWith(byte[] body, int at, byte[] what, int skip) {
        if (at < 0 || at + what.length - skip > body.length) {
            return false;
        }
        for (int i = skip; i < what.length; i++) {
            if (body[at + i - skip] != what[i]) {
                return false;
            }
        }
        return true;
    }

    private static int indexOf(byte[] body, byte[] what, int from) {
        for (int i = Math.max(0, from); i + what.length <= body.length; i++) {
            if (startsWith(body, i, what, 0)) {
                return i;
            }
        }
        return -1;
    }
}
