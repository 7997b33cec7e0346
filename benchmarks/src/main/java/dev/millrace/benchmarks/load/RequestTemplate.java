package dev.millrace.benchmarks.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A submission or a call as bytes, with a place for a number.
final class RequestTemplate {

    private static final int DIGITS = 10;
    private static final byte[] PLACE = "#".repeat(DIGITS).getBytes(StandardCharsets.US_ASCII);

    private final byte[] bytes;
    private final int place;

    private RequestTemplate(byte[] bytes) {
        this.bytes = bytes;
        this.place = placeIn(bytes);
    }

    static RequestTemplate of(LoadPlan plan, Sender sender) {
        var body = body(plan.asked(), sender).getBytes(StandardCharsets.UTF_8);
        var head = """
                POST %s HTTP/1.1\r
                Host: 127.0.0.1:%d\r
                Authorization: Bearer %s\r
                Content-Type: application/json\r
                Content-Length: %d\r
                \r
                """.formatted(plan.path(), plan.port(), sender.apiKey(), body.length)
                .getBytes(StandardCharsets.US_ASCII);
        var all = Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, all, head.length, body.length);
        return new RequestTemplate(all);
    }

    int length() {
        return bytes.length;
    }

    /// Writes the request with that number to the buffer.
    void write(ByteBuffer to, long number) {
        int at = to.position() + place;
        to.put(bytes);
        long rest = number;
        for (int i = DIGITS - 1; i >= 0; i--) {
            to.put(at + i, (byte) ('0' + rest % 10));
            rest /= 10;
        }
    }

    private static String body(Asked asked, Sender sender) {
        var prompt = asked.prompt() + " " + new String(PLACE, StandardCharsets.US_ASCII);
        var messages = "\"messages\":[{\"role\":\"user\",\"content\":\"" + prompt + "\"}]";
        var model = "\"model\":\"" + asked.model() + "\"";
        return switch (asked.kind()) {
            case "completion" -> "{" + model + "," + messages + "}";
            case "stream" -> "{" + model + ",\"stream\":true," + messages + "}";
            case "video" ->
                job(
                        asked,
                        sender,
                        "{" + model + ",\"prompt\":\"" + prompt + "\",\"seconds\":\"4\",\"size\":\"1280x720\"}");
            default -> job(asked, sender, "{" + model + "," + messages + "}");
        };
    }

    private static String job(Asked asked, Sender sender, String request) {
        var webhook = sender.webhookUrl().isEmpty() ? "" : ",\"webhook_url\":\"" + sender.webhookUrl() + "\"";
        return "{\"kind\":\"" + asked.kind() + "\",\"request\":" + request + webhook + "}";
    }

    private static int placeIn(byte[] bytes) {
        for (int i = 0; i <= bytes.length - DIGITS; i++) {
            if (Arrays.equals(bytes, i, i + DIGITS, PLACE, 0, DIGITS)) {
                return i;
            }
        }
        throw new IllegalArgumentException("No place for a number");
    }
}
