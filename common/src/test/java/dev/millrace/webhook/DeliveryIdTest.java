package dev.millrace.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class DeliveryIdTest {

    @Test
    void an_id_is_of_characters_that_cannot_be_taken_for_the_separator() {
        var delivery = new DeliveryId(UUID.fromString("019a0000-1111-7222-8333-444444444444"));
        assertThat(delivery).hasToString("msg_019a0000111172228333444444444444");
        assertThat(delivery.toString()).matches("[A-Za-z0-9_]+");
        assertThat(DeliveryId.parse(delivery.toString())).contains(delivery);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "msg_",
                "job_019a0000111172228333444444444444",
                "msg_019A0000111172228333444444444444",
                "msg_019a00001111722283334444444444440",
                "msg_019a0000-1111-7222-8333-444444444444",
                " msg_019a0000111172228333444444444444"
            })
    void what_is_not_in_its_exact_form_is_no_id(String text) {
        assertThat(DeliveryId.parse(text)).isEmpty();
    }
}
