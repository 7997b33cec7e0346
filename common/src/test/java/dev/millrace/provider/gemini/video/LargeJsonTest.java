package dev.millrace.provider.gemini.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.millrace.provider.Simulated;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// How an answer of any size is read.
@DisplayNameGeneration(ReplaceUnderscores.class)
class LargeJsonTest {

    private static InputStream bytes(String json) {
        return new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8));
    }

    /// Hands out a byte at a time, as a slow connection does.
    private static InputStream slow(String json) {
        return new FilterInputStream(bytes(json)) {
            @Override
            public int read(byte[] to, int offset, int length) throws IOException {
                return super.read(to, offset, Math.min(length, 1));
            }
        };
    }

    private static JsonNode read(InputStream json) throws IOException {
        return LargeJson.read(json, Set.of("big"), (root, holder, name, text) -> true);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                " { } ",
                "{\"a\":1,\"b\":-2.5e3,\"c\":true,\"d\":false,\"e\":null}",
                "{\"a\":{\"b\":{\"c\":[1,[2,{\"d\":\"e\"}],[]]}}}",
                "{\"a\":\"x\\\"y\\\\\",\"\\u00fc\":\"\\ud83d\\ude00 ü 😀\"}",
                "\n{\t\"a\" :\r\n [ 1 , 2 ] , \"b\" : \"\" }\n",
            })
    void is_the_same_as_any_other_reader_gives(String json) throws IOException {
        assertThat(read(bytes(json))).isEqualTo(Simulated.JSON.readTree(json));
        assertThat(read(slow(json))).isEqualTo(Simulated.JSON.readTree(json));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{\"a\"",
                "{\"a\":",
                "{\"a\":1",
                "{\"a\":1,}",
                "{\"a\":[1,]}",
                "{\"a\":[1",
                "{\"a\":\"x",
                "{\"a\":tru}",
                "{\"a\":1 2}",
                "{\"a\":1}x",
                "{\"a\":1}{}",
                "{a:1}",
                "{\"a\" 1}",
                "[]",
                "1",
                "<html>",
                "{\"big\":\"x",
                "{\"big\":\"\\u00"
            })
    void is_refused_where_it_is_no_whole_object(String json) {
        assertThatIOException().isThrownBy(() -> read(bytes(json)));
    }

    @Test
    void is_refused_where_it_would_need_much_memory() {
        assertThatIOException().isThrownBy(() -> read(bytes("{\"a\":" + "[".repeat(100_000))));
        assertThatIOException().isThrownBy(() -> read(bytes("{\"a\":[" + "1,".repeat(30_000) + "1]}")));
        var texts = "\"" + "x".repeat(10_000) + "\",";
        assertThatIOException().isThrownBy(() -> read(bytes("{\"a\":[" + texts.repeat(300) + "1]}")));
        assertThatIOException().isThrownBy(() -> read(bytes("{\"a\":" + "1".repeat(1_000) + "}")));
    }

    @Test
    void keeps_nothing_of_a_long_text_that_nobody_asked_for() throws IOException {
        assertThat(read(bytes("{\"a\":\"" + "\\\"x".repeat(1_000_000) + "\",\"b\":1}")))
                .isEqualTo(Simulated.JSON.readTree("{\"a\":\"\",\"b\":1}"));
    }

    @Test
    void hands_out_the_texts_that_were_asked_for_with_all_that_was_read_before_them() throws IOException {
        var taken = new ArrayList<String>();
        var root = LargeJson.read(
                bytes(
                        "{\"done\":true,\"list\":[{\"type\":\"t\",\"big\":\"one\\/\\u003d\"},{\"big\":\"two\"}],\"z\":1}"),
                Set.of("big"),
                (soFar, holder, name, text) -> taken.add(soFar.path("done").asBoolean(false) + " " + holder + " "
                        + new String(text.readAllBytes(), StandardCharsets.UTF_8)));
        assertThat(taken).containsExactly("true {\"type\":\"t\",\"big\":\"\"} one/=", "true {\"big\":\"\"} two");
        assertThat(root.path("z").asInt()).isEqualTo(1);
    }

    @Test
    void skips_what_is_left_of_a_text_and_reads_nothing_more_once_told_so() throws IOException {
        var names = new ArrayList<String>();
        var in = bytes("{\"a\":{\"big\":\"12345\"},\"b\":[{\"big\":\"" + "x".repeat(100_000) + "\"}],\"c\":1}");
        var root = LargeJson.read(in, Set.of("big"), (soFar, holder, name, text) -> {
            names.add((char) text.read() + "");
            return names.size() < 2;
        });
        assertThat(names).isEqualTo(List.of("1", "x"));
        assertThat(root.has("c")).isFalse();
        assertThat(in.available()).isGreaterThan(80_000);
    }
}
