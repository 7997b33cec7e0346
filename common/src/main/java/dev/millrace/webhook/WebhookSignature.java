package dev.millrace.webhook;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.EmptyWebhookSecretException;
import com.standardwebhooks.exceptions.WebhookSigningException;
import dev.millrace.access.Secret;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.message.BasicHeader;

/// Signs one attempt at a delivery.
///
/// @see <a href="https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md">Standard
///     Webhooks</a>
public final class WebhookSignature {

    private static final SecureRandom random = new SecureRandom();

    private WebhookSignature() {}

    /// A new signing secret: `whsec_` and 32 random bytes in Base64.
    public static Secret newSecret() {
        var bytes = new byte[32];
        random.nextBytes(bytes);
        return new Secret("whsec_" + Base64.getEncoder().encodeToString(bytes));
    }

    /// The three headers of an attempt that is made at `at`.
    ///
    /// @param id the [DeliveryId], the same at each attempt
    public static List<Header> headers(Secret secret, String id, Instant at, byte[] body) {
        long timestamp = at.getEpochSecond();
        try {
            var signature = new Webhook(secret.reveal()).sign(id, timestamp, new String(body, StandardCharsets.UTF_8));
            return List.of(
                    new BasicHeader("webhook-id", id),
                    new BasicHeader("webhook-timestamp", Long.toString(timestamp)),
                    new BasicHeader("webhook-signature", signature));
        } catch (WebhookSigningException | EmptyWebhookSecretException broken) {
            throw new IllegalStateException("A stored webhook secret does not sign", broken);
        }
    }
}
