package dev.millrace.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.quickstart.process.CannotContinue;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ArgumentsTest {

    @Test
    void options_come_with_a_value_and_flags_without() {
        var arguments = parse("create", "--data", "/d", "--port=81", "--free-ports", "x");
        assertThat(arguments.option("data")).contains("/d");
        assertThat(arguments.port("port")).contains(81);
        assertThat(arguments.has("free-ports")).isTrue();
        assertThat(arguments.words()).containsExactly("create", "x");
    }

    @Test
    void what_is_not_known_is_refused_by_name() {
        assertThatThrownBy(() -> parse("--prot", "81"))
                .isInstanceOf(CannotContinue.class)
                .hasMessageContaining("--prot");
        assertThatThrownBy(() -> parse("--data")).hasMessageContaining("--data needs a value");
        assertThatThrownBy(() -> parse("word").noWords()).hasMessageContaining("\"word\"");
    }

    @Test
    void a_port_is_a_number_that_can_be_one() {
        for (var wrong : List.of("0", "65536", "http", "-1", "99999999999")) {
            assertThatThrownBy(() -> parse("--port=" + wrong).port("port")).hasMessageContaining(wrong);
        }
    }

    private static Arguments parse(String... words) {
        return Arguments.parse(List.of(words), Set.of("data", "port"), Set.of("free-ports"));
    }
}
