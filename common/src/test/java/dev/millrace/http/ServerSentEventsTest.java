package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ServerSentEventsTest {

    /// Hands out so many bytes at once, as a network does.
    private static final class Pieces extends InputStream {

        private final InputStream whole;
        private final int piece;

        Pieces(byte[] bytes, int piece) {
            this.whole = new ByteArrayInputStream(bytes);
            this.piece = piece;
        }

        @Override
        public int read() throws IOException {
            return whole.read();
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            return whole.read(buffer, offset, Math.min(length, piece));
        }
    }

    /// What is read, whatever the pieces in which it comes.
    private static List<String> read(String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        var whole = read(bytes, Integer.MAX_VALUE);
        for (int piece : new int[] {1, 2, 3, 7}) {
            assertThat(read(bytes, piece)).as("in pieces of %s", piece).isEqualTo(whole);
        }
        return whole;
    }

    private static List<String> read(byte[] bytes, int piece) {
        try {
            var events = new ServerSentEvents(new Pieces(bytes, piece));
            var read = new ArrayList<String>();
            for (var event = events.next(); event.isPresent(); event = events.next()) {
                read.add(event.get().name() + "=" + new String(event.get().data(), StandardCharsets.UTF_8));
            }
            return read;
        } catch (IOException broken) {
            throw new AssertionError(broken);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r", "\r\n"})
    void a_line_ends_in_any_of_three_ways(String end) {
        assertThat(read("data: a" + end + "data: b" + end + end + "event: x" + end + "data: c" + end + end))
                .containsExactly("message=a\nb", "x=c");
    }

    @Test
    void line_ends_may_be_mixed() {
        assertThat(read("data: a\r\ndata: b\r\r\ndata: c\n\rdata: d\n\n"))
                .containsExactly("message=a\nb", "message=c", "message=d");
    }

    @Test
    void comments_and_unknown_fields_are_nothing() {
        assertThat(read(": ping\n\n:\n\nid: 1\nretry: 5\ndata: a\nfoo: bar\n: between\ndata: b\n\n"))
                .containsExactly("message=a\nb");
    }

    @Test
    void one_blank_after_the_colon_is_no_part_of_the_value() {
        assertThat(read("data:a\n\ndata:  b\n\ndata\n\ndata:\n\n"))
                .containsExactly("message=a", "message= b", "message=", "message=");
    }

    @Test
    void an_event_without_data_is_none_and_its_name_is_not_the_next_ones() {
        assertThat(read("event: x\n\ndata: a\n\n")).containsExactly("message=a");
    }

    @Test
    void a_byte_order_mark_may_come_first() {
        assertThat(read("\ufeffdata: a\n\n")).containsExactly("message=a");
    }

    @Test
    void what_a_line_end_does_not_end_is_no_event() {
        assertThat(read("data: a\n\ndata: [DONE]\n")).containsExactly("message=a", "message=[DONE]");
        assertThat(read("data: a\n\ndata: {\"half")).containsExactly("message=a");
        assertThat(read("")).isEmpty();
    }

    @Test
    void data_is_kept_byte_for_byte() {
        var text = "ü 漢 🎬 \t\u0001 " + "x".repeat(20_000);
        assertThat(read("data: " + text + "\n\n")).containsExactly("message=" + text);
    }

    @Test
    void an_event_of_four_megabytes_is_read_and_a_longer_one_is_an_error() throws IOException {
        var most = "data: " + "x".repeat(4 * 1024 * 1024 - 10);
        assertThat(read((most + "\n\n").getBytes(StandardCharsets.UTF_8), Integer.MAX_VALUE))
                .hasSize(1);
        for (var endless :
                new String[] {most + "xxxxxxxxxxxx\n\n", ("data: " + "x".repeat(1000) + "\n").repeat(5000)}) {
            var events = new ServerSentEvents(new ByteArrayInputStream(endless.getBytes(StandardCharsets.UTF_8)));
            assertThatThrownBy(events::next).isInstanceOf(ServerSentEvents.OversizedException.class);
        }
    }
}
