package dev.millrace.api.accept;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class IdempotencyKeyTest {

    @Test
    void the_same_tree_has_the_same_fingerprint_however_it_is_written() {
        assertThat(fingerprint("{\"a\":1,\"b\":[true,null],\"c\":{\"x\":\"\u00fc\",\"y\":\"\"}}"))
                .isEqualTo(fingerprint("{ \"c\": {\"y\":\"\", \"x\":\"\\u00fc\"},\n \"b\":[ true , null ], \"a\":1 }"))
                .hasSize(64);
    }

    @Test
    void different_trees_have_different_fingerprints_also_where_their_texts_run_together() {
        var trees = List.of(
                "{}",
                "[]",
                "null",
                "true",
                "false",
                "0",
                "\"\"",
                "\"0\"",
                "\"null\"",
                "1",
                "\"1\"",
                "[1]",
                "[\"1\"]",
                "[[1],2]",
                "[1,[2]]",
                "[1,2]",
                "[12]",
                "[[]]",
                "[{}]",
                "[null]",
                "{\"a\":1}",
                "{\"a\":\"1\"}",
                "{\"a\":null}",
                "{\"a\":{}}",
                "{\"a\":[]}",
                "{\"a\":{\"b\":1}}",
                "{\"a\":\"b\",\"c\":1}",
                "{\"ab\":1}",
                "{\"a\":\"bc\"}",
                "{\"ab\":\"c\"}",
                "[\"ab\",\"c\"]",
                "[\"a\",\"bc\"]",
                "{\"a\":1,\"b\":2}",
                "{\"a\":2,\"b\":1}");

        var fingerprints = new HashSet<String>();
        for (var tree : trees) {
            assertThat(fingerprints.add(fingerprint(tree))).as(tree).isTrue();
        }
    }

    private static String fingerprint(String json) {
        return HexFormat.of()
                .formatHex(IdempotencyKey.fingerprint(JsonMapper.shared().readTree(json)));
    }
}
