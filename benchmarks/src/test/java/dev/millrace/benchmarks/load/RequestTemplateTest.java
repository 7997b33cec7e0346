package dev.millrace.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class RequestTemplateTest {

    private static final Sender SENDER = new Sender("mr_key", "http://127.0.0.1:9/hooks/3");

    private final LoadPlan plan = LoadPlan.closed(8080, "/v1/jobs", List.of(SENDER), 4);

    @Test
    void a_request_carries_its_number_and_the_length_of_its_body() {
        var text = write(RequestTemplate.of(plan, SENDER), 4_711);
        var head = text.substring(0, text.indexOf("\r\n\r\n"));
        var body = text.substring(text.indexOf("\r\n\r\n") + 4);
        assertThat(head).startsWith("POST /v1/jobs HTTP/1.1\r\n").contains("\r\nAuthorization: Bearer mr_key\r\n");
        assertThat(head).contains("\r\nContent-Length: " + body.length());
        var json = new JsonMapper().readTree(body);
        assertThat(json.path("kind").asString()).isEqualTo("chat");
        assertThat(json.path("webhook_url").asString()).isEqualTo("http://127.0.0.1:9/hooks/3");
        assertThat(json.at("/request/messages/0/content").asString()).isEqualTo("bench 0000004711");
    }

    @Test
    void requests_differ_in_their_number_only() {
        var template = RequestTemplate.of(plan.withModel("video", "sim-video"), SENDER);
        var first = write(template, 1);
        assertThat(write(template, 9_999_999_999L)).isEqualTo(first.replace("0000000001", "9999999999"));
        assertThat(first).contains("\"prompt\":\"bench 0000000001\"");
    }

    @Test
    void a_sender_without_a_webhook_asks_for_none() {
        assertThat(write(RequestTemplate.of(plan, new Sender("key", "")), 1)).doesNotContain("webhook");
    }

    private static String write(RequestTemplate template, long number) {
        var buffer = ByteBuffer.allocate(template.length());
        template.write(buffer, number);
        return new String(buffer.array(), StandardCharsets.UTF_8);
    }
}
