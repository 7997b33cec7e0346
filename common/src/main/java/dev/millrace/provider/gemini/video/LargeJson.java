package dev.millrace.provider.gemini.video;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Reads a JSON object of any size in little memory. Google puts whole videos into texts of its answers: these are
/// handed out as they come instead of being kept, and of all other texts only the short ones are.
final class LargeJson {

    private static final int BUFFER = 8 * 1024;
    private static final int DEEPEST = 64;
    private static final int MOST_VALUES = 20_000;
    private static final int LONGEST_TEXT = 16 * 1024;
    private static final int LONGEST_SCALAR = 64;
    private static final int MOST_KEPT = 2 * 1024 * 1024;

    /// Takes the texts that may be a video's bytes.
    interface Bytes {
        /// What it leaves unread of the text is skipped.
        ///
        /// @param root all that has been read so far
        /// @param holder the object that the text stands in, as far as it has been read; at `name` it is empty
        /// @return whether the rest of the answer is wanted
        boolean take(JsonNode root, ObjectNode holder, String name, InputStream text) throws IOException;
    }

    private final InputStream in;
    private final Set<String> names;
    private final Bytes bytes;
    private final ObjectNode root = JsonMapper.shared().createObjectNode();
    private final byte[] buffer = new byte[BUFFER];
    private int at;
    private int end;
    private int depth;
    private int values;
    private int kept;
    private boolean stopped;

    private LargeJson(InputStream in, Set<String> names, Bytes bytes) {
        this.in = in;
        this.names = names;
        this.bytes = bytes;
    }

    /// @param names of the texts that are handed out
    /// @throws IOException if it is no whole JSON object, or has more values than any answer of Google's
    static JsonNode read(InputStream in, Set<String> names, Bytes bytes) throws IOException {
        return new LargeJson(in, names, bytes).read();
    }

    private JsonNode read() throws IOException {
        try {
            if (afterSpace() != '{') {
                throw broken();
            }
            object(root);
            if (!stopped && afterSpace() >= 0) {
                throw broken();
            }
            return root;
        } catch (JacksonException broken) {
            throw new IOException("The answer is no JSON", broken);
        }
    }

    private static IOException broken() {
        return new IOException("The answer is no whole JSON object");
    }

    private void object(ObjectNode object) throws IOException {
        deeper();
        int next = afterSpace();
        while (next != '}') {
            if (next != '"') {
                throw broken();
            }
            var name = text();
            if (afterSpace() != ':') {
                throw broken();
            }
            member(object, name, afterSpace());
            if (stopped) {
                return;
            }
            next = following('}');
        }
        depth--;
    }

    private void member(ObjectNode object, String name, int first) throws IOException {
        switch (first) {
            case '{' -> object(object.putObject(name));
            case '[' -> array(object.putArray(name));
            case '"' -> {
                if (names.contains(name)) {
                    object.put(name, "");
                    handOut(object, name);
                } else {
                    object.put(name, text());
                }
            }
            default -> object.set(name, scalar(first));
        }
    }

    private void array(ArrayNode array) throws IOException {
        deeper();
        int next = afterSpace();
        while (next != ']') {
            switch (next) {
                case '{' -> object(array.addObject());
                case '[' -> array(array.addArray());
                case '"' -> array.add(text());
                default -> array.add(scalar(next));
            }
            if (stopped) {
                return;
            }
            next = following(']');
        }
        depth--;
    }

    private void deeper() throws IOException {
        if (++depth > DEEPEST) {
            throw new IOException("The answer is nested too deeply");
        }
    }

    /// What follows a value: the closing bracket, or the beginning of the next.
    private int following(char close) throws IOException {
        if (++values > MOST_VALUES) {
            throw new IOException("The answer has too many values");
        }
        int next = afterSpace();
        if (next == close) {
            return close;
        }
        if (next != ',') {
            throw broken();
        }
        int first = afterSpace();
        if (first == close) {
            throw broken();
        }
        return first;
    }

    private void handOut(ObjectNode holder, String name) throws IOException {
        var text = new Text();
        stopped = !bytes.take(root, holder, name, text);
        if (!stopped) {
            text.transferTo(OutputStream.nullOutputStream());
        }
    }

    /// The text whose opening quote has been read; empty if it is a long one.
    private String text() throws IOException {
        var raw = new ByteArrayOutputStream();
        raw.write('"');
        boolean whole = true;
        boolean escaped = false;
        while (true) {
            int read = readByte();
            if (read < 0) {
                throw broken();
            }
            whole &= raw.size() < LONGEST_TEXT;
            if (whole) {
                raw.write(read);
            }
            if (read == '"' && !escaped) {
                break;
            }
            escaped = read == '\\' && !escaped;
        }
        if (!whole) {
            return "";
        }
        kept += raw.size();
        if (kept > MOST_KEPT) {
            throw new IOException("The answer has too many texts");
        }
        return JsonMapper.shared().readTree(raw.toByteArray()).asString("");
    }

    private JsonNode scalar(int first) throws IOException {
        var raw = new byte[LONGEST_SCALAR];
        int length = 0;
        for (int c = first; ; c = readByte()) {
            if (c < 0 || length == raw.length) {
                throw broken();
            }
            raw[length++] = (byte) c;
            int next = peek();
            if (next < 0 || next == ',' || next == '}' || next == ']' || isSpace(next)) {
                return JsonMapper.shared().readTree(Arrays.copyOf(raw, length));
            }
        }
    }

    private int afterSpace() throws IOException {
        int c = readByte();
        while (isSpace(c)) {
            c = readByte();
        }
        return c;
    }

    private static boolean isSpace(int c) {
        return c == ' ' || c == '\n' || c == '\r' || c == '\t';
    }

    private int readByte() throws IOException {
        int next = peek();
        at++;
        return next;
    }

    private int peek() throws IOException {
        if (at >= end) {
            end = Math.max(in.read(buffer, 0, BUFFER), 0);
            at = 0;
            if (end == 0) {
                return -1;
            }
        }
        return buffer[at] & 0xFF;
    }

    /// A text as it comes, without its escapes. It ends at its closing quote.
    private final class Text extends InputStream {

        private boolean closed;

        @Override
        public int read() throws IOException {
            if (closed) {
                return -1;
            }
            int c = readByte();
            if (c < 0) {
                throw new EOFException("The answer ends in the middle of a text");
            }
            if (c == '"') {
                closed = true;
                return -1;
            }
            return c == '\\' ? unescaped() : c;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            int read = 0;
            // What has arrived is given at once; only the first byte is waited for.
            while (read < length && (read == 0 || at < end)) {
                int c = read();
                if (c < 0) {
                    break;
                }
                to[offset + read++] = (byte) c;
            }
            return read == 0 && length > 0 ? -1 : read;
        }

        private int unescaped() throws IOException {
            int c = readByte();
            return switch (c) {
                case 'n' -> '\n';
                case 'r' -> '\r';
                case 't' -> '\t';
                case 'b' -> '\b';
                case 'f' -> '\f';
                case 'u' -> {
                    var digits = new byte[4];
                    for (int i = 0; i < digits.length; i++) {
                        digits[i] = (byte) readByte();
                    }
                    try {
                        yield Integer.parseInt(new String(digits, StandardCharsets.ISO_8859_1), 16) & 0xFF;
                    } catch (NumberFormatException noDigits) {
                        throw new IOException("The answer is no whole JSON object", noDigits);
                    }
                }
                case -1 -> throw new EOFException("The answer ends in the middle of a text");
                default -> c;
            };
        }
    }
}
