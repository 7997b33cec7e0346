package dev.millrace.benchmarks.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class EventStreamTest {

    private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n";
    private static final String ROLE =
            "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n";
    private static final String TOKEN = "data: {\"choices\":[{\"delta\":{\"content\":\"mill\"}}]}\n\n";
    private static final String FINISH = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
    private static final String DONE = "data: [DONE]\n\n";

    // One byte at a time, wherever that falls.
    private final EventStream stream = new EventStream(ByteBuffer.allocate(1));

    private void take(String text) throws IOException {
        try (var channel = Channels.newChannel(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)))) {
            boolean more = true;
            while (more) {
                more = stream.fill(channel);
            }
        }
    }

    private static String chunks(String... events) {
        var all = new StringBuilder();
        for (var event : events) {
            all.append(Integer.toHexString(event.length())).append("\r\n");
            all.append(event).append("\r\n");
        }
        return all.toString();
    }

    @Test
    void the_first_content_is_not_the_empty_one_beside_the_role() throws IOException {
        take(HEAD + chunks(ROLE, ": ping\n\n"));
        assertThat(stream.firstContentAt()).isZero();
        assertThat(stream.isWhole()).isFalse();

        long before = System.nanoTime();
        take(chunks(TOKEN));

        assertThat(stream.firstContentAt()).isBetween(before, System.nanoTime());
        assertThat(stream.events()).as("a comment is no event").isEqualTo(2);
    }

    @Test
    void a_stream_is_complete_with_content_and_its_end_marker() throws IOException {
        take(HEAD + chunks(ROLE, TOKEN, TOKEN, FINISH, DONE) + "0\r\n\r\n");

        assertThat(stream.isWhole()).isTrue();
        assertThat(stream.isComplete()).isTrue();
        assertThat(stream.status()).isEqualTo(200);
        assertThat(stream.events()).isEqualTo(5);
        assertThat(stream.longestGap()).isPositive();
    }

    @Test
    void a_clean_end_without_the_marker_is_not_complete() throws IOException {
        take(HEAD + chunks(ROLE, TOKEN, FINISH) + "0\r\n\r\n");

        assertThat(stream.isWhole()).isTrue();
        assertThat(stream.isComplete()).isFalse();
        assertThat(stream.body()).isEqualTo("a stream of 3 events without its end");
    }

    @Test
    void an_error_event_is_not_complete_whatever_follows() throws IOException {
        take(HEAD + chunks(ROLE, TOKEN, "data: {\"error\":{\"message\":\"cut\"}}\n\n", DONE) + "0\r\n\r\n");

        assertThat(stream.isComplete()).isFalse();
        assertThat(stream.body()).contains("with an error");
    }

    @Test
    void the_end_marker_within_a_text_is_none() throws IOException {
        take(HEAD + chunks(ROLE, "data: {\"choices\":[{\"delta\":{\"content\":\"data: [DONE]\"}}]}\n\n") + "0\r\n\r\n");

        assertThat(stream.isComplete()).isFalse();
    }

    @Test
    void an_answer_that_is_no_stream_is_read_with_its_headers() throws IOException {
        var body = "{\"error\":{\"message\":\"full\"}}";
        take("HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nRetry-After: 2\r\n"
                + "Content-Length: " + body.length() + "\r\n\r\n" + body);

        assertThat(stream.isWhole()).isTrue();
        assertThat(stream.status()).isEqualTo(429);
        assertThat(stream.header("retry-after")).isEqualTo("2");
        assertThat(stream.body()).isEqualTo(body);
    }

    @Test
    void the_next_answer_begins_anew() throws IOException {
        take(HEAD + chunks(ROLE, TOKEN, FINISH, DONE) + "0\r\n\r\n");
        stream.next();
        assertThat(stream.isWhole()).isFalse();

        take(HEAD + chunks(ROLE));

        assertThat(stream.firstContentAt()).isZero();
        assertThat(stream.events()).isEqualTo(1);
    }
}
