package dev.millrace.benchmarks.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class HttpMessagesTest {

    private static final String ANSWER =
            "HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nCONTENT-length:  14\r\n\r\n{\"id\":\"job_1\"}";
    private static final String CHUNKED =
            "HTTP/1.1 429 Too Many\r\nTransfer-Encoding: chunked\r\nRetry-After: 2\r\n\r\n5\r\nhello\r\n3;x=y\r\n\r\n!\r\n0\r\n\r\n";

    private final HttpMessages messages = new HttpMessages();

    @Test
    void a_message_is_whole_with_its_last_byte_wherever_it_is_split() throws IOException {
        for (int split = 0; split < ANSWER.length(); split++) {
            messages.reset();
            messages.fill(channel(ANSWER.substring(0, split)));
            assertThat(messages.isWhole()).as("after %d bytes", split).isFalse();
            messages.fill(channel(ANSWER.substring(split)));
            assertThat(messages.isWhole()).isTrue();
            assertThat(messages.status()).isEqualTo(202);
            assertThat(messages.body()).isEqualTo("{\"id\":\"job_1\"}");
        }
    }

    @Test
    void a_body_in_chunks_is_whole_with_its_last_chunk() throws IOException {
        for (int split = 0; split < CHUNKED.length(); split++) {
            messages.reset();
            messages.fill(channel(CHUNKED.substring(0, split)));
            assertThat(messages.isWhole()).as("after %d bytes", split).isFalse();
            messages.fill(channel(CHUNKED.substring(split)));
            assertThat(messages.isWhole()).isTrue();
            assertThat(messages.status()).isEqualTo(429);
            assertThat(messages.header("retry-after")).isEqualTo("2");
            messages.next();
        }
    }

    @Test
    void messages_that_come_together_are_told_apart() throws IOException {
        messages.fill(channel(ANSWER + CHUNKED + ANSWER));
        assertThat(messages.isWhole()).isTrue();
        assertThat(messages.status()).isEqualTo(202);
        messages.next();
        assertThat(messages.isWhole()).isTrue();
        assertThat(messages.status()).isEqualTo(429);
        messages.next();
        assertThat(messages.isWhole()).isTrue();
        assertThat(messages.status()).isEqualTo(202);
        messages.next();
        assertThat(messages.isWhole()).isFalse();
    }

    @Test
    void a_message_larger_than_the_buffer_is_read_all_the_same() throws IOException {
        var body = "x".repeat(100_000);
        var channel = channel("POST /hooks/7 HTTP/1.1\r\ncontent-length: 100000\r\n\r\n" + body);
        while (!messages.isWhole()) {
            assertThat(messages.fill(channel)).isTrue();
        }
        assertThat(messages.target()).isEqualTo("/hooks/7");
        assertThat(messages.body()).isEqualTo(body);
    }

    @Test
    void the_end_of_the_connection_is_told() throws IOException {
        assertThat(messages.fill(channel(""))).isFalse();
    }

    @Test
    void headers_are_found_by_their_whole_name() throws IOException {
        messages.fill(channel("HTTP/1.1 200 OK\r\nX-Retry-After: 9\r\nRetry-After-Ms: 8\r\nConnection: Close\r\n\r\n"));
        assertThat(messages.isWhole()).isTrue();
        assertThat(messages.header("retry-after")).isNull();
        assertThat(messages.isLast()).isTrue();
    }

    @Test
    void what_is_no_http_is_refused() throws IOException {
        messages.fill(channel("SSH-2.0-OpenSSH\r\n\r\n"));
        assertThat(messages.isWhole()).isTrue();
        assertThatThrownBy(messages::status).isInstanceOf(HttpMessages.MalformedException.class);
    }

    @Test
    void a_length_that_is_no_number_is_refused() throws IOException {
        messages.fill(channel("HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\n"));
        assertThatThrownBy(messages::isWhole).isInstanceOf(HttpMessages.MalformedException.class);
    }

    private static ReadableByteChannel channel(String text) {
        return Channels.newChannel(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }
}
