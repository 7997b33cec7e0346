package dev.millrace.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.simulator.behaviour.Key;
import dev.millrace.simulator.hold.HoldPoint;
import dev.millrace.simulator.ledger.Operation;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class DocumentationTest {

    private static String page() throws Exception {
        return Files.readString(Path.of("..", "docs", "simulator.md"));
    }

    @ParameterizedTest
    @EnumSource(Key.class)
    void the_page_explains_every_behaviour(Key key) throws Exception {
        assertThat(page()).containsPattern("\\| [^|]*`" + key.word() + "[`=]");
    }

    @Test
    void the_page_names_every_operation_and_hold_point() throws Exception {
        for (Operation operation : Operation.values()) {
            assertThat(page()).contains("`" + operation.label() + "`");
        }
        for (HoldPoint point : HoldPoint.values()) {
            assertThat(page()).contains("`" + point.label() + "`");
        }
    }
}
