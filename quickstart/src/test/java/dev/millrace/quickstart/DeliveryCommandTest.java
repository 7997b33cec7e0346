package dev.millrace.quickstart;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.quickstart.process.CannotContinue;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class DeliveryCommandTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "resend",
                "resend msg_1 --exhausted",
                "resend msg_1 --status exhausted",
                "list msg_1",
                "list --exhausted",
                "send msg_1"
            })
    void what_is_no_command_is_answered_with_how_to_say_it_and_does_nothing(String words) {
        var command = new DeliveryCommand(new Console(System.out, false), Map.of());
        var given = words.isEmpty() ? List.<String>of() : List.of(words.split(" "));
        assertThatThrownBy(() -> command.run(given))
                .isInstanceOf(CannotContinue.class)
                .hasMessageStartingWith("Say ./millrace delivery list,");
    }
}
