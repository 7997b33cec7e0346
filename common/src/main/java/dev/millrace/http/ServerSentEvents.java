package dev.millrace.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/// Reads server-sent events from a body, as bytes: what is relayed is not decoded.
///
/// @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">Server-sent events</a>
public final class ServerSentEvents {

    /// @param name of its `event` line; `message` where it had none
    /// @param data its `data` lines, joined by line feeds
    public record Event(String name, byte[] data) {

        /// Whether its data is this ASCII text.
        public boolean is(String text) {
            if (data.length != text.length()) {
                return false;
            }
            for (int i = 0; i < data.length; i++) {
                if (data[i] != text.charAt(i)) {
                    return false;
                }
            }
            return true;
        }
    }

    /// A line or an event is longer than anybody means it.
    public static final class OversizedException extends IOException {
        OversizedException() {
            super("an event of more than " + MOST + " bytes");
        }
    }

    private static final int MOST = 4 * 1024 * 1024;
    private static final String USUAL = "message";
    private static final byte[] NOTHING = {};
    private static final byte[] DATA = {'d', 'a', 't', 'a'};
    private static final byte[] EVENT = {'e', 'v', 'e', 'n', 't'};

    private final InputStream in;
    private byte[] buffer = new byte[4 * 1024];
    private int from;
    private int to;
    private int lineEnd;
    private boolean afterReturn;
    private boolean begun;

    private String name = USUAL;
    private boolean hasData;
    private byte[] data = NOTHING;

    public ServerSentEvents(InputStream in) {
        this.in = in;
    }

    /// Waits for the next event with data.
    ///
    /// @return empty at the end of the body; what was begun there and not ended by a line end is no event
    public Optional<Event> next() throws IOException {
        while (nextLine()) {
            if (lineEnd > from) {
                field(from, lineEnd);
                from = lineEnd + 1;
            } else {
                from = lineEnd + 1;
                if (hasData) {
                    return Optional.of(dispatch());
                }
                name = USUAL;
            }
        }
        return hasData ? Optional.of(dispatch()) : Optional.empty();
    }

    private Event dispatch() {
        var event = new Event(name, data);
        name = USUAL;
        hasData = false;
        data = NOTHING;
        return event;
    }

    /// Finds the line from `from` to `lineEnd`, reading on as far as needed.
    private boolean nextLine() throws IOException {
        int at = from;
        while (true) {
            if (afterReturn && at < to) {
                // The second half of a CRLF whose first ended a line.
                afterReturn = false;
                if (buffer[at] == '\n') {
                    from++;
                    at++;
                }
            }
            while (at < to) {
                byte one = buffer[at];
                if (one == '\n' || one == '\r') {
                    lineEnd = at;
                    afterReturn = one == '\r';
                    skipMark();
                    return true;
                }
                at++;
            }
            int scanned = at - from;
            if (!fill()) {
                return false;
            }
            at = from + scanned;
        }
    }

    private boolean fill() throws IOException {
        if (from > 0) {
            System.arraycopy(buffer, from, buffer, 0, to - from);
            to -= from;
            from = 0;
        }
        if (to == buffer.length) {
            if (to >= MOST) {
                throw new OversizedException();
            }
            buffer = Arrays.copyOf(buffer, to * 2);
        }
        int read = in.read(buffer, to, buffer.length - to);
        if (read < 0) {
            return false;
        }
        to += read;
        return true;
    }

    /// A byte order mark may precede the first line.
    private void skipMark() {
        if (!begun) {
            begun = true;
            if (lineEnd - from >= 3
                    && buffer[from] == (byte) 0xef
                    && buffer[from + 1] == (byte) 0xbb
                    && buffer[from + 2] == (byte) 0xbf) {
                from += 3;
            }
        }
    }

    private void field(int start, int end) throws IOException {
        int colon = start;
        while (colon < end && buffer[colon] != ':') {
            colon++;
        }
        int value = Math.min(end, colon + 1);
        if (value < end && buffer[value] == ' ') {
            value++;
        }
        if (Arrays.equals(buffer, start, colon, DATA, 0, DATA.length)) {
            append(value, end);
        } else if (Arrays.equals(buffer, start, colon, EVENT, 0, EVENT.length)) {
            name = new String(buffer, value, end - value, StandardCharsets.UTF_8);
        }
    }

    private void append(int start, int end) throws IOException {
        if (!hasData) {
            hasData = true;
            data = Arrays.copyOfRange(buffer, start, end);
            return;
        }
        int before = data.length;
        if (before + 1 + end - start > MOST) {
            throw new OversizedException();
        }
        data = Arrays.copyOf(data, before + 1 + end - start);
        data[before] = '\n';
        System.arraycopy(buffer, start, data, before + 1, end - start);
    }
}
