package dev.millrace.worker.execution;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ConnectTest {

    @Test
    void the_connection_of_a_queued_chat_has_as_long_as_its_model_says() {
        var played = new Played().answering("a", Played::answered);

        played.run("a");

        assertThat(played.work.awaitEnd(played.job)).isEqualTo("succeeded");
        assertThat(played.lastTarget().connect()).isEqualTo(Played.CONNECT);
    }
}
