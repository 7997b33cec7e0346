package dev.millrace.api.accept;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.SharedApi;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.RepeatedTest;

/// The body inside an envelope is cut out of its bytes, by offsets; so envelopes of all shapes are tried.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class SubmissionReaderTest {

    private static final String[] TEXTS = {
        "plain", "\u00fcml\u00e4ut", "\u6c34\u8eca", "\uD83D\uDE00", "\\u00fc\\n\\\"", ""
    };
    private static final String[] SPACES = {"", " ", "\n", "\t  ", "\r\n"};

    private final SubmissionReader reader = SharedApi.get().bean(SubmissionReader.class);

    @RepeatedTest(200)
    void the_request_is_cut_out_exactly_wherever_it_stands() {
        var random = new Random();
        boolean chat = random.nextBoolean();
        var request = request(random, chat);
        var members = new ArrayList<>(List.of(
                "\"kind\"" + space(random) + ":" + space(random) + (chat ? "\"chat\"" : "\"video\""),
                "\"request\"" + space(random) + ":" + space(random) + request));
        if (random.nextBoolean()) {
            members.add("\"metadata\":{\"k" + text(random) + "\":\"" + text(random) + "\"}");
        }
        if (random.nextBoolean()) {
            members.add("\"priority\":" + random.nextInt(4));
        }
        Collections.shuffle(members, random);
        var envelope = space(random) + "{" + space(random) + String.join(space(random) + "," + space(random), members)
                + space(random) + "}" + space(random);

        var read = reader.read(envelope.getBytes(StandardCharsets.UTF_8));

        assertThat(new String(read.request(), StandardCharsets.UTF_8))
                .as(envelope)
                .isEqualTo(request);
    }

    @RepeatedTest(100)
    void seconds_as_a_number_are_put_right_exactly_where_they_stand() {
        var random = new Random();
        var before = "{\"prompt\":\"" + text(random) + "x\"," + space(random) + "\"seconds\"" + space(random) + ":"
                + space(random);
        var after = space(random) + "," + space(random) + "\"model\":\"test-video\"}";
        int seconds = 1 + random.nextInt(9_999);
        var envelope = "{\"metadata\":{\"a\":\"" + text(random) + "\"},\"request\":" + before + seconds + after
                + ",\"kind\":\"video\"}";

        var read = reader.read(envelope.getBytes(StandardCharsets.UTF_8));

        assertThat(new String(read.request(), StandardCharsets.UTF_8))
                .as(envelope)
                .isEqualTo(before + "\"" + seconds + "\"" + after);
    }

    private static String request(Random random, boolean chat) {
        var members = new ArrayList<String>();
        members.add("\"model\":" + (chat ? "\"test-chat\"" : "\"test-video\""));
        members.add(
                chat
                        ? "\"messages\":" + space(random) + "[{\"role\":\"user\",\"content\":\"" + text(random) + "\"}]"
                        : "\"prompt\":\"" + text(random) + "x\"");
        if (random.nextBoolean()) {
            members.add("\"user\":\"" + text(random) + "\"");
        }
        if (random.nextBoolean()) {
            members.add("\"nested\":{\"a\":[1,-2.50e3,{\"b\":\"" + text(random) + "\"},null,true]}");
        }
        Collections.shuffle(members, random);
        return "{" + space(random) + String.join(space(random) + "," + space(random), members) + space(random) + "}";
    }

    private static String text(Random random) {
        return TEXTS[random.nextInt(TEXTS.length)];
    }

    private static String space(Random random) {
        return SPACES[random.nextInt(SPACES.length)];
    }
}
