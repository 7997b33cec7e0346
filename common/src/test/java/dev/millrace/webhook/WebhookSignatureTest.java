package dev.millrace.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import dev.millrace.access.Secret;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.hc.core5.http.Header;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class WebhookSignatureTest {

    private static final String BODY =
            "{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"job.succeeded\",\"data\":{\"id\":\"job_1\"}}";

    private static Map<String, String> headers(Secret secret, String id, Instant at, String body) {
        var headers = new HashMap<String, String>();
        for (Header header : WebhookSignature.headers(secret, id, at, body.getBytes(StandardCharsets.UTF_8))) {
            assertThat(headers.put(header.getName(), header.getValue())).isNull();
        }
        return headers;
    }

    private static void verify(Secret secret, Map<String, String> headers, String body)
            throws WebhookVerificationException, com.standardwebhooks.exceptions.EmptyWebhookSecretException {
        var many = new HashMap<String, List<String>>();
        headers.forEach((name, value) -> many.put(name, List.of(value)));
        new Webhook(secret.reveal()).verify(body, HttpHeaders.of(many, (name, value) -> true));
    }

    @Test
    void the_first_published_vector_is_signed_as_published() {
        assertThat(headers(
                        new Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
                        "msg_p5jXN8AQM9LWM0D4loKWxJek",
                        Instant.ofEpochSecond(1614265330),
                        "{\"test\": 2432232314}"))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek",
                        "webhook-timestamp", "1614265330",
                        "webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    }

    @Test
    void the_second_published_vector_is_signed_as_published() {
        assertThat(headers(
                        new Secret("whsec_RdvaYFYUXuIFuEbvZHwMfYFhUf7aMYjYcmM24+Aj40c="),
                        "wh_685c059ae39c8190af8c71ed1022a24d",
                        Instant.ofEpochSecond(1750861210),
                        "{\"id\": \"evt_685c059ae3a481909bdc86819b066fb6\", \"object\": \"event\", \"created_at\":"
                                + " 1750861210, \"type\": \"response.completed\", \"data\": {\"id\": \"resp_123\"}}"))
                .containsEntry("webhook-signature", "v1,gUAg4R2hWouRZqRQG4uJypNS8YK885G838+EHb4nKBY=");
    }

    @Test
    void the_official_library_verifies_what_we_sign_with_a_secret_of_ours() {
        var secret = WebhookSignature.newSecret();
        var id = new DeliveryId(UUID.randomUUID()).toString();
        for (var body : List.of(BODY, "", "{\"prompt\":\"ü 漢 🎬\"}", "{ \"spaces\" :  1 }\n")) {
            var headers = headers(secret, id, Instant.now(), body);
            assertThatCode(() -> verify(secret, headers, body)).as(body).doesNotThrowAnyException();
        }
    }

    @Test
    void it_verifies_nothing_that_was_changed_on_the_way() {
        var secret = WebhookSignature.newSecret();
        var headers = headers(secret, "msg_1", Instant.now(), BODY);

        assertThatThrownBy(() -> verify(secret, headers, BODY + " "))
                .as("another body")
                .isInstanceOf(WebhookVerificationException.class);
        assertThatThrownBy(() -> verify(WebhookSignature.newSecret(), headers, BODY))
                .as("another secret")
                .isInstanceOf(WebhookVerificationException.class);
        for (var changed : Map.of(
                        "webhook-id",
                        "msg_2",
                        "webhook-timestamp",
                        Long.toString(Instant.now().getEpochSecond() + 1))
                .entrySet()) {
            var others = new HashMap<>(headers);
            others.put(changed.getKey(), changed.getValue());
            assertThatThrownBy(() -> verify(secret, others, BODY))
                    .as(changed.getKey())
                    .isInstanceOf(WebhookVerificationException.class);
        }
    }

    @Test
    void each_attempt_is_signed_afresh_under_the_same_id() {
        var secret = WebhookSignature.newSecret();
        var id = new DeliveryId(UUID.randomUUID()).toString();
        var first = headers(secret, id, Instant.ofEpochSecond(1_790_000_000), BODY);
        var second = headers(secret, id, Instant.ofEpochSecond(1_790_000_300), BODY);
        assertThat(second.get("webhook-id")).isEqualTo(first.get("webhook-id"));
        assertThat(first.get("webhook-timestamp")).isEqualTo("1790000000");
        assertThat(second.get("webhook-timestamp")).isEqualTo("1790000300");
        assertThat(second.get("webhook-signature")).isNotEqualTo(first.get("webhook-signature"));
    }

    @Test
    void a_new_secret_is_32_random_bytes_in_base64_behind_whsec() {
        var secret = WebhookSignature.newSecret().reveal();
        assertThat(secret).startsWith("whsec_");
        assertThat(Base64.getDecoder().decode(secret.substring("whsec_".length())))
                .hasSize(32);
        assertThat(secret).isNotEqualTo(WebhookSignature.newSecret().reveal());
    }
}
