package dev.millrace.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.provider.ChatStream.Part;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ChunkWriterTest {

    private static Heard heard(ChunkWriter writer, List<byte[]> chunks, Usage usage) {
        var parts = new ArrayList<Part.Chunk>();
        chunks.forEach(chunk -> parts.add(new Part.Chunk(chunk, true)));
        return new Heard(parts, new Part.End(usage, writer.usage(usage)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void what_it_writes_conforms(boolean showUsage) {
        var writer = new ChunkWriter("a \"model\"", showUsage);
        var heard = heard(
                writer,
                List.of(
                        writer.role(),
                        writer.reasoning("hm"),
                        writer.content("h"),
                        writer.content("i"),
                        writer.refusal("no"),
                        writer.toolStart(0, "a", "f"),
                        writer.toolArguments(0, "{\"x\""),
                        writer.toolStart(1, "b", "g"),
                        writer.toolArguments(0, ":1}"),
                        writer.finish("tool_calls")),
                new Usage(9, 2, 4, 1, true));
        ChunkRules.hold(heard, "a \"model\"", showUsage);
        assertThat(heard.text(0)).isEqualTo("hi");
        assertThat(heard.arguments(0, 0)).isEqualTo("{\"x\":1}");
        assertThat(heard.finishReasons(0)).containsExactly("tool_calls");
        assertThat(heard.deltas(0).get(1).path("reasoning_content").asString()).isEqualTo("hm");
        assertThat(heard.deltas(0).get(4).path("refusal").asString()).isEqualTo("no");
        assertThat(heard.usageChunk().path("usage"))
                .isEqualTo(Simulated.JSON.readTree(new Usage(9, 2, 4, 1, true).json()));
    }

    @Test
    void the_role_stands_in_the_first_chunk_whichever_it_is() {
        var writer = new ChunkWriter("m", false);
        ChunkRules.hold(heard(writer, List.of(writer.content("hi"), writer.finish("stop")), usage()), "m", false);
        var empty = new ChunkWriter("m", false);
        ChunkRules.hold(heard(empty, List.of(empty.finish("length")), usage()), "m", false);
    }

    private static Usage usage() {
        return new Usage(1, 1, 0, 0, false);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\"\\/\n\r\t\b\f\u0000\u001f\u007f", "ü 漢 🎬", "\u2028\u2029", "</script>"})
    void text_of_any_kind_arrives(String text) {
        var writer = new ChunkWriter("m", false);
        assertThat(heard(writer, List.of(writer.content(text)), usage()).text(0))
                .isEqualTo(text);
    }

    @Test
    void a_pair_of_surrogates_that_was_cut_in_two_comes_together_again() {
        var writer = new ChunkWriter("m", false);
        var text = "a🎬b";
        var chunks = List.of(writer.content(text.substring(0, 2)), writer.content(text.substring(2)));
        assertThat(new String(chunks.getFirst(), StandardCharsets.UTF_8)).contains("\"a\\ud83c\"");
        assertThat(heard(writer, chunks, usage()).text(0)).isEqualTo(text);
    }
}
