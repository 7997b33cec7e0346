package dev.millrace.quickstart.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.standardwebhooks.Webhook;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class WebhookReceiverTest {

    private static final String SECRET = secret((byte) 1);
    private static final String ANOTHER = secret((byte) 2);
    private static final String BODY = """
            {"id":"evt_1","object":"event","created_at":1,"type":"job.succeeded","data":{"id":"job_1"}}""";

    private final WebhookReceiver receiver = WebhookReceiver.start();

    @AfterEach
    void stop() {
        receiver.close();
    }

    @Test
    void a_signature_by_a_trusted_secret_verifies() throws Exception {
        receiver.trust(ANOTHER);
        receiver.trust(SECRET);
        assertThat(send(BODY, SECRET, Instant.now())).isEqualTo(204);

        var received = receiver.await(webhook -> webhook.jobId().equals("job_1"), Duration.ofSeconds(5))
                .orElseThrow();
        assertThat(received.verified()).isTrue();
        assertThat(received.type()).isEqualTo("job.succeeded");
        assertThat(received.id()).isEqualTo("msg_1");
        assertThat(received.body()).isEqualTo(BODY);
    }

    @Test
    void another_secret_an_old_time_or_no_secret_at_all_do_not() throws Exception {
        send(BODY, SECRET, Instant.now());
        receiver.trust(SECRET);
        send(BODY, ANOTHER, Instant.now());
        send(BODY, SECRET, Instant.now().minusSeconds(3600));

        assertThat(receiver.await(3, Duration.ofSeconds(5))).hasSize(3).noneMatch(WebhookReceiver.Received::verified);
    }

    @Test
    void it_answers_what_it_is_told_to() throws Exception {
        receiver.answerWith(503);
        assertThat(send(BODY, SECRET, Instant.now())).isEqualTo(503);
    }

    @Test
    void what_does_not_come_is_not_waited_for_longer_than_said() {
        assertThat(receiver.await(webhook -> true, Duration.ofMillis(20))).isEmpty();
    }

    private int send(String body, String secret, Instant at) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(receiver.url())
                    .header("webhook-id", "msg_1")
                    .header("webhook-timestamp", Long.toString(at.getEpochSecond()))
                    .header("webhook-signature", new Webhook(secret).sign("msg_1", at.getEpochSecond(), body))
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        }
    }

    private static String secret(byte fill) {
        var bytes = new byte[32];
        java.util.Arrays.fill(bytes, fill);
        return "whsec_" + Base64.getEncoder().encodeToString(bytes);
    }
}
